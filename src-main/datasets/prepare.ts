import { createHash } from "node:crypto";
import { LatheError } from "../base/errors.js";
import type { DataSpec } from "../contract/data.js";
import type { Executable } from "../engines/engine.js";
import type { Graph } from "../onnx/types.js";
import { contentHash, findStored, splitFile, store } from "./cache.js";
import { createWriters, encodeRows, encoderGraph, recordWords } from "./encode.js";
import { fitInput, fitTarget, targetWidth, widthOf } from "./encoders/index.js";
import type { FittedData } from "./encoders/fitted.js";
import type { PreparedData, StoredData } from "./prepared.js";
import { readSplit } from "./read-raw.js";
import { resolveRoles } from "./roles.js";
import { csvOptions } from "./sources/csv.js";
import { Database } from "./sources/database.js";
import { findFile } from "./sources/find-file.js";
import { openTable } from "./sources/table.js";
import { stageData } from "./stage-data.js";
import { type DataWarning, createFitContext, findDuplicates } from "./statistics.js";

/** Files below this are staged in memory. */
const SMALL = 32 << 20;
/** More rows than this are not compared with each other in passing; `inspect` does it. */
const COMPARED = 2_000_000;

export type Stage = "hash" | "read" | "split" | "fit" | "encode";

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
}

/**
 * A table as encoded samples on disk, in a cache that knows it by content, data section and seed.
 * @throws LatheError `data.*` for everything wrong with the data, `run.storage` where the cache cannot be written, `cancelled`
 */
export async function prepareData(options: PrepareOptions): Promise<PreparedData> {
  try {
    return await prepareOrFind(options);
  } catch (error) {
    throw storageError(error, options.cacheFolder);
  }
}

async function prepareOrFind(options: PrepareOptions): Promise<PreparedData> {
  const { data, cacheFolder, signal, progress = () => undefined } = options;
  const { fingerprint, main, test } = await dataFingerprint(options);
  const paths = test ? [main.path, test.path] : [main.path];
  const found = await findStored(cacheFolder, fingerprint);
  if (found) return attach(found.stored, found.folder, data, paths, cacheFolder);

  const database = await Database.open(cacheFolder, { large: main.size + (test?.size ?? 0) > SMALL, signal });
  try {
    const stored = await make(database, options, fingerprint, progress);
    return attach(stored, await store(cacheFolder, database.folder, stored), data, paths, cacheFolder);
  } finally {
    database.close();
  }
}

async function make(database: Database, options: PrepareOptions, fingerprint: string, progress: NonNullable<PrepareOptions["progress"]>): Promise<StoredData> {
  const { folder, data, seed } = options;
  const warnings: DataWarning[] = [];
  progress("read", 0);
  const source = await openTable(database, folder, data.source.path, csvOptions(data.source));
  const testSource = data.source.test === undefined ? undefined : await openTable(database, folder, data.source.test, { ...csvOptions(data.source), likely: source.decimal });
  for (const message of [...source.warnings, ...(testSource?.warnings ?? [])]) warnings.push({ code: "data.source", message });
  const roles = resolveRoles(data, source);
  const { tables, counts, skipped, missing } = await stageData(database, { source, testSource, data, seed, roles, progress });

  progress("fit", 0);
  const [mainTable] = tables;
  const context = await createFitContext(database, mainTable.staged, mainTable.parts, roles, (w) => warnings.push(w));
  const inputs = [];
  for (const spec of data.inputs) inputs.push(await fitInput(spec, roles.inputs.get(spec.name) ?? [], context));
  const targets = [];
  for (const spec of data.targets) targets.push(await fitTarget(spec, roles.targets.get(spec.name) ?? [], context));
  const fitted: FittedData = { version: 1, inputs, targets, ...(source.decimal === undefined ? {} : { decimal: source.decimal }) };
  const rows = mainTable.staged.rows;
  const duplicates = rows <= COMPARED ? await findDuplicates(database, mainTable.staged, roles, mainTable.parts) : undefined;
  if (duplicates && duplicates.leaked > 0) {
    warnings.push({ code: "data.duplicates", message: `${duplicates.leaked} validation or test rows of ${source.path} equal a training row; metrics will look better than they are` });
  }

  const classCounts = Object.fromEntries(targets.flatMap((t) => (t.type === "numeric" ? [] : [[t.name, t.classes.map(() => 0)]])));
  const executable = await options.compile(encoderGraph(fitted));
  const writers = await createWriters(database.folder, fitted);
  try {
    const total = tables.reduce((sum, t) => sum + t.staged.rows, 0);
    let before = 0;
    for (const { staged, parts } of tables) {
      const done = before;
      const unknown = await encodeRows(database, staged, parts, { fitted, executable, writers, classCounts, progress: (n) => progress("encode", done + n, total) });
      for (const [column, n] of unknown) skipped.push({ reason: "unknown class", column, rows: n });
      before += staged.rows;
    }
    for (const writer of writers) await writer.finish(fingerprint);
  } finally {
    await executable.dispose();
    for (const writer of writers) await writer.abandon();
  }
  const [train = 0, validation = 0, test = 0] = writers.map((w) => w.count);
  for (const skip of skipped) {
    warnings.push({ code: "data.skipped", message: `${skip.rows} row${skip.rows === 1 ? "" : "s"} left out: ${skip.reason} in column "${skip.column}"` });
  }
  if (counts.test > 0 && test === 0) throw new LatheError("data.split", `no row of ${testSource?.path ?? source.path} is left for the test: every class in it is unknown to ${source.path}`, {});
  return {
    version: 1, fingerprint, fitted,
    inputs: inputs.map((input) => ({ name: input.name, width: widthOf(input), dtype: "float32" })),
    targets: targets.map((t) => ({
      name: t.name, kind: t.type, columns: t.type === "numeric" ? [...t.columns] : [t.column], width: targetWidth(t),
      ...(t.type === "numeric" ? {} : { classes: [...t.classes] }),
    })),
    counts: { train, validation, test }, classCounts,
    audit: {
      rows, ...(tables[1] ? { testRows: tables[1].staged.rows } : {}), used: train + validation + test,
      skipped, missing, ...(duplicates ? { duplicates } : {}), warnings,
    },
    words: recordWords(fitted),
  };
}

/**
 * Looks at the files as they are now. @returns them, and the fingerprint of what would be prepared from them.
 * @throws LatheError `data.missing`, `data.empty`, `data.unreadable`, `cancelled`
 */
export async function dataFingerprint({ folder, data, seed, cacheFolder, signal, progress }: Omit<PrepareOptions, "compile">) {
  const main = await findFile(folder, data.source.path);
  const test = data.source.test === undefined ? undefined : await findFile(folder, data.source.test);
  const hashes: string[] = [];
  for (const { path } of test ? [main, test] : [main]) hashes.push(await contentHash(cacheFolder, path, (done, total) => progress?.("hash", done, total), signal));
  return { fingerprint: fingerprintOf(data, seed, hashes), main, test };
}

/** sha256 over what determines the samples: the files' contents and formats, the data section but for the paths, and the seed. */
export function fingerprintOf(data: DataSpec, seed: number, hashes: readonly string[]): string {
  const ending = (path: string | undefined) => path?.toLowerCase().replace(/^.*?((\.[a-z]+)?(\.gz)?)$/, "$1");
  const source = { ...data.source, path: ending(data.source.path), test: ending(data.source.test) };
  return createHash("sha256").update(canonical({ format: 2, data: { ...data, source }, seed, hashes })).digest("hex");
}

/** JSON with sorted keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, v: unknown) => (typeof v === "object" && v !== null && !Array.isArray(v) ? Object.fromEntries(Object.entries(v).sort(([a], [b]) => (a < b ? -1 : 1))) : v));
}

function attach(stored: StoredData, folder: string, { source }: DataSpec, [path = "", test]: readonly string[], cacheFolder: string): PreparedData {
  const prepared = {
    ...stored, folder,
    files: { train: splitFile(folder, "train"), validation: splitFile(folder, "validation"), test: splitFile(folder, "test") },
    source: { path, ...(test === undefined ? {} : { test }), options: csvOptions(source) },
  };
  return { ...prepared, readRaw: (split, signal) => readSplit(prepared, split, cacheFolder, signal) };
}

function storageError(error: unknown, cacheFolder: string): unknown {
  if (error instanceof LatheError) return error;
  const { code = "" } = error as NodeJS.ErrnoException;
  if (!/^(ENOSPC|EDQUOT|EACCES|EPERM|EROFS|EEXIST|ENOTDIR)$/.test(code) && !/No space left|could not write/i.test(String(error))) return error;
  return new LatheError("run.storage", `prepared data cannot be written to ${cacheFolder}: ${(error as Error).message}; make room or allow writing there`, { path: cacheFolder }, { cause: error });
}
