import { createHash } from "node:crypto";
import { defined } from "../base/assert.js";
import { LatheError } from "../base/errors.js";
import { isStorageFailure, storageError } from "../base/storage-error.js";
import type { DataSpec } from "../contract/data.js";
import type { Executable } from "../engines/engine.js";
import type { FittedData } from "../features/fitted.js";
import { fitTarget, horizonOf, kindOf, picturesOf, storedType, targetKindOf, targetWidth, widthOf } from "../features/index.js";
import type { Graph } from "../onnx/types.js";
import { contentHash, findStored, listingFile, splitFile, store } from "./cache.js";
import { tellGaps, tellStrangers, tellUnjudged } from "./class-parts.js";
import { type DataFormat, asBegun, formatNow, formatsOf } from "./data-format.js";
import { createWriters, encodeRows, encoderGraph, inRecords, recordWords } from "./encode.js";
import { countTarget } from "./label-parts.js";
import { foldersOf } from "./pictures/folders-of.js";
import { pixelStatistics } from "./pictures/pixel-statistics.js";
import { type PreparedPictures, UNREADABLE, preparePictures } from "./pictures/prepare-pictures.js";
import type { PreparedData, StoredData } from "./prepared.js";
import { readSplit } from "./read-raw.js";
import { resolveRoles } from "./roles.js";
import { csvOptions } from "./sources/csv.js";
import { Database } from "./sources/database.js";
import { findFile } from "./sources/find-file.js";
import { freeze } from "./sources/image-folder.js";
import { type Sources, openSources, sourcesBefore } from "./sources/open-source.js";
import { fittedSeriesOf } from "./series/fitted-series.js";
import type { Fold } from "./series/fold.js";
import { seriesOf } from "./series/place-samples.js";
import { placeOfRows, seriesRowsOf, writeSeriesRows } from "./series/series-rows.js";
import { stageData, tellBlanks, tellSkipped } from "./stage-data.js";
import type { DataWarning } from "./data-warning.js";
import { createFitContext, findDuplicates } from "./statistics.js";

/** Files below this are staged in memory. */
const SMALL = 32 << 20;
/** More rows than this are not compared with each other in passing; `inspect` does it. */
const COMPARED = 2_000_000;

export type Stage = "hash" | "read" | "pictures" | "split" | "fit" | "encode";

export interface PrepareOptions {
  /** The project's folder. */
  readonly folder: string;
  readonly data: DataSpec;
  readonly seed: number;
  readonly cacheFolder: string;
  /** Runs graphs; training data is encoded by the very graph that the exported model begins with. */
  readonly compile: (graph: Graph) => Promise<Executable>;
  /** `total` is absent where the end is not known. */
  readonly progress?: (stage: Stage, done: number, total?: number) => void;
  readonly signal?: AbortSignal;
  /** The fingerprint of the data that a run began with: data are read as then, where they are the same. */
  readonly began?: string | undefined;
  /** Of a series, what is trained on and what is judged, in place of the project's split. */
  readonly fold?: Fold | undefined;
  /** Hears what is waited for, in words. */
  readonly say?: (words: string) => void;
}

/**
 * A table as encoded samples on disk, in a cache that knows it by content, data section and seed.
 * @throws LatheError `data.*` for everything wrong with the data, `run.storage` where the cache cannot be written, `cancelled`
 */
export async function prepareData(options: PrepareOptions): Promise<PreparedData> {
  try {
    return await prepareOrFind(options);
  } catch (error) {
    throw isStorageFailure(error) ? storageError(options.cacheFolder, error, undefined, "the prepared data in") : error;
  }
}

async function prepareOrFind(options: PrepareOptions): Promise<PreparedData> {
  const { data, cacheFolder, signal, progress = () => undefined } = options;
  if (picturesOf(data.inputs).length > 0) return preparePictureData(options);
  const { main, test, ...fingerprints } = await tableFingerprint(options);
  const { fingerprint, format } = chosenOf(fingerprints, options);
  const paths = test ? [main.path, test.path] : [main.path];
  const found = await findStored(cacheFolder, fingerprint, signal);
  if (found) return attach(found.stored, found.folder, data, paths, cacheFolder);

  const database = await Database.open(cacheFolder, { large: main.size + (test?.size ?? 0) > SMALL, signal });
  try {
    const opened = await openSources(database, options.folder, data, undefined, options.fold?.cuts);
    const stored = await make(database, options, { fingerprint, format }, asBegun(data, format) ? sourcesBefore(opened) : opened, undefined, progress);
    return attach(stored, await store(cacheFolder, database.folder, stored), data, paths, cacheFolder);
  } finally {
    database.close();
  }
}

/** The same of data with pictures: they are looked at first, each by its content. */
async function preparePictureData(options: PrepareOptions): Promise<PreparedData> {
  const { data, cacheFolder, signal, progress = () => undefined } = options;
  const database = await Database.open(cacheFolder, { large: true, signal });
  try {
    progress("read", 0);
    const opened = await openSources(database, options.folder, data, signal);
    const pictures = await preparePictures(database, opened, { ...options, progress: (done, total) => progress("pictures", done, total) });
    const { fingerprint, format } = chosenOf(fingerprintsOf(data, options.seed, await pictureHashes(options, pictures)), options);
    const { source, testSource } = asBegun(data, format) ? sourcesBefore(pictures.sources) : pictures.sources;
    const paths = testSource ? [source.path, testSource.path] : [source.path];
    const found = await findStored(cacheFolder, fingerprint, signal);
    // Whose pictures are gone from the store, or came into another one, is made again.
    if (found && found.stored.inputs.every(({ name, store: known }) => known?.generation === pictures.stores[name]?.generation))
      return attach(found.stored, found.folder, data, paths, cacheFolder);
    const stored = await make(database, options, { fingerprint, format }, { source, testSource }, pictures, progress);
    for (const [part, listed] of [
      ["main", source],
      ["test", testSource],
    ] as const)
      if (listed?.format === "pictures") await freeze(database, listed, listingFile(database.folder, part));
    return attach(stored, await store(cacheFolder, database.folder, stored, testSource ? ["main", "test"] : ["main"]), data, paths, cacheFolder);
  } finally {
    database.close();
  }
}

/** What determines the samples: contents of pictures, and of the table that names them. */
async function pictureHashes(
  { folder, data, cacheFolder, signal, progress }: Omit<PrepareOptions, "compile">,
  { digests }: Pick<PreparedPictures, "digests">,
): Promise<readonly string[]> {
  if (data.source.type === "image-folder") return digests;
  const hashes: string[] = [...digests];
  for (const path of data.source.test === undefined ? [data.source.path] : [data.source.path, data.source.test]) {
    hashes.push(await contentHash(cacheFolder, (await findFile(folder, path)).path, (done, total) => progress?.("hash", done, total), signal));
  }
  return hashes;
}

async function make(
  database: Database,
  options: PrepareOptions,
  { fingerprint, format }: Chosen,
  { source, testSource }: Sources,
  pictures: PreparedPictures | undefined,
  progress: NonNullable<PrepareOptions["progress"]>,
): Promise<StoredData> {
  const { data, seed, fold } = options;
  const series = seriesOf(data);
  const warnings: DataWarning[] = [];
  progress("read", 0);
  for (const message of [...source.warnings, ...(testSource?.warnings ?? [])]) warnings.push({ code: "data.source", message });
  warnings.push(...(pictures?.warnings ?? []));
  const roles = resolveRoles(data, source);
  const { tables, counts, skipped, missing, notes } = await stageData(database, { source, testSource, data, seed, roles, fold, format, progress });
  for (const { code, message } of notes) warnings.push({ code, message });

  progress("fit", 0);
  const [mainTable] = tables;
  const context = await createFitContext(
    database,
    mainTable.staged,
    mainTable.spans,
    roles,
    (w) => warnings.push(w),
    pictures && {
      range: pictures.range,
      statistics: (input, paths) =>
        pixelStatistics(
          pictures,
          source,
          defined(
            picturesOf(data.inputs).find(({ name }) => name === input),
            input,
          ),
          paths,
        ),
    },
  );
  const inputs = [];
  for (const spec of data.inputs) inputs.push(await kindOf(spec).fit(spec, roles.inputs.get(spec.name) ?? [], context));
  const targets = [];
  for (const spec of data.targets) targets.push(await fitTarget(spec, roles.targets.get(spec.name) ?? [], context));
  const folders = foldersOf(data.source);
  const fitted: FittedData = {
    version: source.before ? 1 : 2,
    inputs,
    targets,
    ...(source.decimal === undefined ? {} : { decimal: source.decimal }),
    ...(data.source.type !== "image-folder" && data.source.missing
      ? { missing: Object.fromEntries(Object.entries(data.source.missing).map(([column, words]) => [column, words.map((word) => word.toLowerCase())])) }
      : {}),
    ...(folders ? { levels: [...folders.levels] } : {}),
    ...(folders?.names !== undefined ? { names: folders.names } : {}),
    ...(series && source.series ? { series: fittedSeriesOf(series, source.series) } : {}),
  };
  const rows = mainTable.staged.rows;
  // Equal pictures under other names are for an audit to find.
  const duplicates = rows <= COMPARED && !pictures && !source.series ? await findDuplicates(database, mainTable.staged, roles, mainTable.parts) : undefined;
  if (duplicates && duplicates.leaked > 0) {
    warnings.push({
      code: "data.duplicates",
      message: `${duplicates.leaked} validation or test rows of ${source.path} equal a training row; metrics will look better than they are`,
    });
  }

  for (const target of targets) {
    const kind = targetKindOf(target);
    const spec = defined(
      data.targets.find(({ name }) => name === target.name),
      target.name,
    );
    const classes = await countTarget(database, tables, spec, kind.columnsOf(target), target);
    const unjudged = classes && !kind.open && tellUnjudged(target.name, classes, counts, kind.reader && "label");
    if (unjudged) warnings.push({ code: "data.classes", message: unjudged });
  }

  const classCounts = Object.fromEntries(
    targets.flatMap((t) => {
      const classes = targetKindOf(t).classes(t);
      return classes ? [[t.name, classes.map(() => 0)]] : [];
    }),
  );
  for (const message of await tellBlanks(database, tables, data, roles)) warnings.push({ code: "data.picture-gaps", message });
  const gaps = format === 4 ? Object.fromEntries(targets.map(({ name }) => [name, { train: 0, validation: 0, test: 0 }])) : undefined;
  const strangers = Object.fromEntries(targets.map(({ name }) => [name, { rows: { train: 0, validation: 0, test: 0 }, texts: new Map<string, number>() }]));
  const seriesRows = seriesRowsOf(fitted);
  const executable = inRecords(fitted).length > 0 ? await options.compile(encoderGraph(fitted)) : undefined;
  const writers = await createWriters(database.folder, fitted);
  try {
    const total = tables.reduce((sum, t) => sum + t.staged.rows, 0);
    let before = 0;
    for (const { staged, parts } of tables) {
      const done = before;
      const unknown = await encodeRows(database, staged, parts, {
        fitted,
        executable,
        writers,
        classCounts,
        gaps,
        strangers,
        isReadable: (path) => pictures?.isReadable(staged.source, path) ?? false,
        placeOf: (input, path) => defined(pictures, "pictures").placeOf(input, staged.source, path),
        progress: (n) => progress("encode", done + n, total),
      });
      for (const [column, n] of unknown) skipped.push({ reason: "unknown class", column, rows: n });
      before += staged.rows;
    }
    for (const writer of writers) await writer.finish(fingerprint);
    for (const [k, part] of tables.entries()) await writeSeriesRows(database, part, seriesRows, { folder: database.folder, fingerprint, ofTestFile: k > 0 });
  } finally {
    await executable?.dispose();
    for (const writer of writers) await writer.abandon();
  }
  const [train = 0, validation = 0, test = 0] = writers.map((w) => w.count);
  // Which pictures of folders cannot be read was told above, with an example.
  for (const skip of skipped)
    if (!folders || skip.reason !== "unreadable picture" || !pictures?.warnings.some(({ code }) => code === UNREADABLE))
      warnings.push({ code: "data.skipped", message: tellSkipped(skip, data, roles) });
  const masked = new Map(Object.entries(gaps ?? {}).filter(([, n]) => n.train + n.validation + n.test > 0));
  for (const target of targets) {
    const { texts, rows } = defined(strangers[target.name], target.name);
    const kind = targetKindOf(target);
    if (texts.size > 0) warnings.push({ code: "data.classes", message: tellStrangers(target.name, texts, kind.reader && "label") });
    const lacking = masked.get(target.name);
    const missing = lacking && { train: lacking.train - rows.train, validation: lacking.validation - rows.validation, test: lacking.test - rows.test };
    if (missing && missing.train + missing.validation + missing.test > 0)
      warnings.push({ code: "data.gaps", message: tellGaps(target.name, missing, { train, validation, test }, kind.columnsOf(target).length) });
  }
  if (counts.test > 0 && test === 0)
    throw new LatheError("data.split", `no row of ${testSource?.path ?? source.path} is left for the test: every class in it is unknown to ${source.path}`, {});
  return {
    version: 1,
    fingerprint,
    fitted,
    inputs: inputs.map((input) => {
      const entry = { name: input.name, width: widthOf(input) };
      const kind = kindOf(input);
      if (kind.kept === "record") return { ...entry, dtype: "float32" as const };
      if (kind.kept === "series")
        return { ...entry, dtype: "float32" as const, axes: storedType(input).shape.slice(1).map(Number), rows: placeOfRows(seriesRows, input.name) };
      return {
        ...entry,
        dtype: "uint8" as const,
        axes: storedType(input).shape.slice(1).map(Number),
        store: defined(pictures?.stores[input.name], `the store of ${input.name}`),
      };
    }),
    targets: targets.map((t) => {
      const kind = targetKindOf(t);
      const classes = kind.classes(t);
      return {
        name: t.name,
        kind: t.type,
        columns: [...kind.valuesOf(t)],
        width: targetWidth(t),
        ...(horizonOf(t) > 0 ? { rows: placeOfRows(seriesRows, `target.${t.name}`) } : {}),
        ...(masked.has(t.name) ? { masked: masked.get(t.name) } : {}),
        ...(classes ? { classes: [...classes] } : {}),
      };
    }),
    counts: { train, validation, test },
    classCounts,
    audit: {
      rows,
      ...(tables[1] ? { testRows: tables[1].staged.rows } : {}),
      used: train + validation + test,
      skipped,
      missing,
      ...(duplicates ? { duplicates } : {}),
      warnings,
    },
    words: recordWords(fitted),
  };
}

/** What data are known by: as they are read now, and by what they are known in any format that a run may have begun with. */
export interface Fingerprints {
  readonly fingerprint: string;
  readonly formats: ReadonlyMap<string, DataFormat>;
}

interface Chosen {
  readonly fingerprint: string;
  readonly format: DataFormat;
}

function chosenOf({ fingerprint: now, formats }: Fingerprints, { began }: Pick<PrepareOptions, "began">): Chosen {
  const fingerprint = began !== undefined && formats.has(began) ? began : now;
  return { fingerprint, format: defined(formats.get(fingerprint), "the format") };
}

/**
 * Looks at the files as they are now. @returns the fingerprint of what would be prepared from them.
 * @throws LatheError `data.missing`, `data.empty`, `data.unreadable`, `cancelled`
 */
export async function dataFingerprint(options: Omit<PrepareOptions, "compile">): Promise<Fingerprints> {
  try {
    return await fingerprintNow(options);
  } catch (error) {
    throw isStorageFailure(error) ? storageError(options.cacheFolder, error, undefined, "the prepared data in") : error;
  }
}

async function fingerprintNow(options: Omit<PrepareOptions, "compile">): Promise<Fingerprints> {
  const { folder, data, seed, cacheFolder, signal } = options;
  if (picturesOf(data.inputs).length === 0) return tableFingerprint(options);
  const database = await Database.open(cacheFolder, { large: true, signal });
  try {
    const opened = await openSources(database, folder, data, signal);
    const pictures = await preparePictures(database, opened, { folder, data, cacheFolder, want: "facts", signal });
    return fingerprintsOf(data, seed, await pictureHashes(options, pictures));
  } finally {
    database.close();
  }
}

async function tableFingerprint({ folder, data, seed, cacheFolder, fold, signal, progress }: Omit<PrepareOptions, "compile">) {
  const main = await findFile(folder, data.source.path);
  const test = data.source.test === undefined ? undefined : await findFile(folder, data.source.test);
  const hashes: string[] = [];
  for (const { path } of test ? [main, test] : [main])
    hashes.push(await contentHash(cacheFolder, path, (done, total) => progress?.("hash", done, total), signal));
  return { ...fingerprintsOf(data, seed, hashes, fold), main, test };
}

function fingerprintsOf(data: DataSpec, seed: number, hashes: readonly string[], fold?: Fold): Fingerprints {
  const own = fold ? [...hashes, JSON.stringify(fold)] : hashes;
  const formats = formatsOf(data).map((format) => [fingerprintOf(data, seed, own, format), format] as const);
  return { fingerprint: fingerprintOf(data, seed, own), formats: new Map(formats) };
}

/** sha256 over what determines the samples: the files' contents and formats, the data section but for the paths, and the seed. */
export function fingerprintOf(data: DataSpec, seed: number, hashes: readonly string[], format: DataFormat = formatNow(data)): string {
  const folders = foldersOf(data.source);
  const ending = (path: string | undefined) => (folders ? path && "/" : path?.toLowerCase().replace(/^.*?((\.[a-z]+)?(\.gz)?)$/, "$1"));
  const own = folders?.validation;
  const validation = own === undefined ? {} : { validation: ending(own) };
  const source = { ...data.source, path: ending(data.source.path), test: ending(data.source.test), ...validation };
  const inputs = data.inputs.map((input) => kindOf(input).prepared(input));
  return createHash("sha256")
    .update(canonical({ format, data: { ...data, inputs, source }, seed, hashes }))
    .digest("hex");
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, v: unknown) =>
    typeof v === "object" && v !== null && !Array.isArray(v) ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1))) : v,
  );
}

function attach(stored: StoredData, folder: string, { source }: DataSpec, [path = "", test]: readonly string[], cacheFolder: string): PreparedData {
  const prepared = {
    ...stored,
    folder,
    files: { train: splitFile(folder, "train"), validation: splitFile(folder, "validation"), test: splitFile(folder, "test") },
    source: { path, ...(test === undefined ? {} : { test }), options: source.type === "image-folder" ? {} : csvOptions(source) },
    ...(source.type !== "image-folder"
      ? {}
      : {
          listings: {
            main: { path: listingFile(folder, "main"), root: path },
            ...(test === undefined ? {} : { test: { path: listingFile(folder, "test"), root: test } }),
          },
        }),
  };
  return { ...prepared, readRaw: (split, signal) => readSplit(prepared, split, cacheFolder, signal) };
}
