import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { LatheError } from "../../base/errors.js";
import type { DataSpec, ImageInputSpec } from "../../contract/data.js";
import type { PixelRange } from "../../features/image.js";
import { kindOf, picturesOf } from "../../features/index.js";
import { findColumn } from "../roles.js";
import type { Database } from "../sources/database.js";
import { UNUSED, listUnused } from "../sources/image-folder.js";
import type { Sources } from "../sources/open-source.js";
import { type Source, textOf } from "../sources/source.js";
import { literal } from "../sources/sql.js";
import type { DataWarning } from "../data-warning.js";
import { foldersOf } from "./folders-of.js";
import { type PictureFacts, type PixelFormat, pixelKey } from "./picture-task.js";
import { describeRange } from "./pixel-range.js";
import type { StoreReference } from "./pixel-store.js";
import { stillBad, writeQuarantine } from "./quarantine.js";
import { BLANK, type ReadPictures, readPictures } from "./read-pictures.js";

/** Code of the warning about pictures that cannot be read. */
export const UNREADABLE = "data.picture";

/** The pictures of a data section, read and in their stores. */
export interface PreparedPictures {
  /** The sources, which now know what cannot be used. */
  readonly sources: Sources;
  readonly warnings: readonly DataWarning[];
  /** What those of more than 8 bits are read by. */
  readonly range: PixelRange;
  /** sha256 over paths and contents of all that a source names: of the main one, and of the test's. */
  readonly digests: readonly string[];
  /** Of each input by name. */
  readonly stores: Readonly<Record<string, StoreReference>>;
  /** Why those named cannot be read that cannot, by absolute path: found now, or on the project's list. */
  readonly bad: ReadonlyMap<string, string>;
  /** By absolute path; those excluded are not there, nor those that were on the project's list. */
  readonly facts: ReadonlyMap<string, PictureFacts>;
  isReadable(source: Source, path: string): boolean;
  /** Where a path of a source stands in the store of an input; of one that has no picture the empty one's, where the input has that in its place. */
  placeOf(input: string, source: Source, path: string): number;
}

export interface PreparePicturesOptions {
  /** The project's folder, which the list of bad pictures is in. */
  readonly folder: string;
  readonly data: DataSpec;
  readonly cacheFolder: string;
  /** `facts`: nothing is to be in stores, as for an audit. */
  readonly want?: "pixels" | "facts";
  readonly progress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
  /** Hears what is waited for. */
  readonly say?: ((words: string) => void) | undefined;
}

export function formatOfInput({ size: [height, width], color, background }: Pick<ImageInputSpec, "size" | "color" | "background">): PixelFormat {
  return { width, height, color, background: background.toLowerCase() };
}

/**
 * Reads what the sources name, puts bad files on the project's list, and tells of them. @throws LatheError `data.unreadable` where nothing can be read;
 * `data.column`, `run.storage`, `cancelled`
 */
export async function preparePictures(database: Database, { source, testSource }: Sources, options: PreparePicturesOptions): Promise<PreparedPictures> {
  const { folder, data, cacheFolder, want = "pixels", progress, signal, say } = options;
  const inputs = picturesOf(data.inputs);
  const known = await stillBad(folder);
  const named: { readonly source: Source; readonly paths: readonly string[] }[] = [];
  for (const each of testSource ? [source, testSource] : [source]) named.push({ source: each, paths: await pathsOf(database, each, inputs) });
  const all = new Set(named.flatMap(({ source: { root }, paths }) => paths.map((path) => resolve(root, path))));
  const formats = [...new Map(inputs.map((input) => [JSON.stringify(formatOfInput(input)), formatOfInput(input)])).entries()];
  const read = await readPictures({
    paths: [...all].filter((path) => !known.has(path)),
    formats: want === "pixels" ? formats.map(([, format]) => format) : [],
    blank: inputs.some(isBlanked),
    cacheFolder,
    ...(progress ? { progress } : {}),
    signal,
    say,
  });
  const bad = new Map([...known].filter(([path]) => all.has(path)));
  for (const [path, { bad: reason }] of read.facts) if (reason !== undefined) bad.set(path, reason);
  await writeQuarantine(folder, bad);
  const warnings: DataWarning[] = [];
  const told: Source[] = [];
  // Of a table rows are excluded, however many name a picture: they are counted with the others.
  const excluded = foldersOf(data.source) !== undefined && !inputs.every(isBlanked);
  for (const { source: each, paths } of named) told.push(await tell(database, each, paths, bad, { warnings, excluded }));
  const deep = [...read.facts].flatMap(([path, facts]) => (facts.bad === undefined && facts.deep ? [path] : []));
  if (deep.length > 0)
    warnings.push({
      code: "data.depth",
      message: `${deep.length} picture${deep.length === 1 ? " has" : "s have"} more than 8 bits; by what they use together ${describeRange(read.range)}`,
    });
  const [main = source, test] = told;
  const storeOf = (name: string): ReadPictures["stores"][number] => {
    const input = inputs.find((candidate) => candidate.name === name);
    const store = input && read.stores[formats.findIndex(([key]) => key === JSON.stringify(formatOfInput(input)))];
    if (!store) throw new LatheError("internal", `there is no store of pictures for ${name}`);
    return store;
  };
  return {
    sources: { source: main, testSource: test },
    warnings,
    bad,
    facts: read.facts,
    range: read.range,
    digests: named.map(({ source: { root }, paths }) => digestOf(paths, (path) => keyOf(read.facts.get(resolve(root, path)), read.range))),
    stores: want === "pixels" ? Object.fromEntries(inputs.map(({ name }) => [name, storeOf(name).reference])) : {},
    isReadable: ({ root }, path) => isGood(read.facts.get(resolve(root, path))),
    placeOf(input, { root }, path) {
      const facts = path === "" ? undefined : read.facts.get(resolve(root, path));
      const blank = inputs.some((one) => one.name === input && isBlanked(one)) ? BLANK : undefined;
      const key = isGood(facts) ? pixelKey(facts, read.range) : blank;
      const place = key === undefined ? undefined : storeOf(input).placeOf(key);
      if (place === undefined) throw new LatheError("internal", `${path} is not in the store`);
      return place;
    },
  };
}

function isBlanked(input: ImageInputSpec): boolean {
  return kindOf(input).gaps(input) === "keep";
}

function isGood(facts: PictureFacts | undefined): facts is Extract<PictureFacts, { readonly width: number }> {
  return facts !== undefined && facts.bad === undefined;
}

/** What a source's columns of pictures name, each once, but for what is excluded. */
async function pathsOf(database: Database, source: Source, inputs: readonly ImageInputSpec[]): Promise<readonly string[]> {
  const columns = [...new Set(inputs.map((input) => findColumn(source, input.column, "data.column", `input ${input.name}`)))];
  const paths = new Set<string>();
  for (const column of columns) {
    const text = textOf(column);
    const used = source.unused === undefined ? "" : ` AND v NOT IN (SELECT path FROM ${source.unused} WHERE reason = ${literal(UNUSED.excluded)})`;
    for (const { v } of await database.all(`SELECT DISTINCT v FROM (SELECT ${text} AS v FROM ${source.relation}) WHERE v IS NOT NULL${used} ORDER BY v`))
      paths.add(String(v));
  }
  return [...paths];
}

/** The source, knowing which of its pictures are bad, and a sentence about them. @param excluded whether they are, each being a row */
async function tell(
  database: Database,
  source: Source,
  paths: readonly string[],
  bad: ReadonlyMap<string, string>,
  { warnings, excluded: isExcluded }: { readonly warnings: DataWarning[]; readonly excluded: boolean },
): Promise<Source> {
  const own = paths.filter((path) => bad.has(resolve(source.root, path)));
  const [first] = own;
  if (first === undefined) return source;
  const reason = `${first} ${bad.get(resolve(source.root, first)) ?? ""}`;
  if (own.length === paths.length)
    throw new LatheError("data.unreadable", `none of the ${paths.length} pictures of ${source.path} can be read: ${reason}`, { path: source.path });
  warnings.push({
    code: UNREADABLE,
    message:
      `${own.length} picture${own.length === 1 ? "" : "s"} of ${source.path} cannot be read` +
      (isExcluded ? ` and ${own.length === 1 ? "is" : "are"} excluded` : "") +
      `${own.length === 1 ? ": " : "; for example, "}${reason}`,
  });
  const excluded =
    source.unused === undefined
      ? []
      : (await database.all(`SELECT path, reason FROM ${source.unused}`)).map(({ path, reason: why }) => [String(path), String(why)] as const);
  return { ...source, unused: await listUnused(database, [...own.map((path) => [path, UNUSED.unreadable] as const), ...excluded]) };
}

/** What the pixels of a picture depend on. */
function keyOf(facts: PictureFacts | undefined, range: PixelRange): string {
  return facts === undefined || facts.bad !== undefined ? "bad" : pixelKey(facts, range);
}

function digestOf(paths: readonly string[], keyOfPath: (path: string) => string): string {
  const hash = createHash("sha256");
  for (const path of [...paths].sort()) hash.update(JSON.stringify([path, keyOfPath(path)]));
  return hash.digest("hex");
}
