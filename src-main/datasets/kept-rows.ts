import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { LatheError } from "../base/errors.js";
import { joinFloats } from "../base/join-floats.js";
import { JSON_BOUNDS } from "../base/json-bounds.js";
import { makeFoldersSoon } from "../base/make-folders.js";
import { inside } from "../base/own-files.js";
import { readOwnJson } from "../base/own-json.js";
import { isStorageFailure, storageError } from "../base/storage-error.js";
import { workName } from "../base/work-folder.js";
import { DESCRIPTION, publishEntry, touchEntry, useEntry } from "./cache-entries.js";
import { RecordWriter, checkRecords, readAllRecords } from "./record-file.js";
import { SPLITS, type SplitName } from "./splits.js";

/** Where they lie in the cache of prepared data, an entry for all that they depend on. */
const FOLDER = "features";
/** Bytes of all entries of a project: those that were not used for longest go first, those of a run in progress never. */
const MOST = 4 * 2 ** 30;

const description = z.strictObject({ version: z.literal(1), key: z.string() });

/** What was made of each sample of prepared data beforehand: float32 numbers, beside its record. */
export interface KeptRows {
  /** sha256 in hexadecimal of all that they depend on. */
  readonly key: string;
  /** Numbers of a sample. */
  readonly words: number;
  /** By part its files, in the order of its samples: one, but of training samples that are augmented one for each draw that is kept; none of an empty part. */
  readonly files: Readonly<Record<SplitName, readonly string[]>>;
}

/** What they are to hold. */
export interface KeptShape {
  readonly key: string;
  readonly words: number;
  /** Samples by part. */
  readonly counts: Readonly<Record<SplitName, number>>;
  /** Of training samples. */
  readonly draws: number;
}

/** Bytes on the disk. */
export function keptBytes({ words, counts, draws }: Omit<KeptShape, "key">): number {
  return 4 * words * (counts.train * draws + counts.validation + counts.test);
}

/** Those in the cache, whole; undefined where there are none, or what is there is damaged. @throws LatheError `cancelled`, `project.unsafe` */
export async function findKept(cacheFolder: string, shape: KeptShape, signal?: AbortSignal): Promise<KeptRows | undefined> {
  const root = inside(cacheFolder, FOLDER);
  const folder = inside(root, shape.key);
  try {
    await useEntry(root, folder);
    if (description.parse(await readOwnJson(join(folder, DESCRIPTION), JSON_BOUNDS.note)).key !== shape.key) return undefined;
    const kept = keptIn(folder, shape);
    for (const split of SPLITS)
      for (const file of kept.files[split]) {
        const { words, count } = await checkRecords(file, shape.key, signal);
        if (words !== shape.words || count !== shape.counts[split]) return undefined;
      }
    await touchEntry(folder);
    return kept;
  } catch (thrown) {
    if (thrown instanceof LatheError && (thrown.code === "cancelled" || thrown.code === "project.unsafe")) throw thrown;
    return undefined;
  }
}

/**
 * What they hold of the samples as they are, part after part, `[n, words]`.
 * @throws LatheError `data.unreadable` where a file has gone or is another
 */
export function readKept({ key, words, files }: KeptRows): Float32Array {
  return joinFloats(SPLITS.flatMap((split) => files[split].slice(0, 1).map((file) => readAllRecords(file, key, words))));
}

/**
 * Makes them, and keeps them once they are whole.
 * @param most bytes of all that is kept; for tests
 * @param fill gives the rows of a part in order, `[n, words]` at a time; `draw` from 0.
 * @throws LatheError `run.storage`, and as `fill`
 */
export async function makeKept(
  cacheFolder: string,
  shape: KeptShape,
  fill: (split: SplitName, draw: number, write: (rows: Float32Array) => Promise<void>) => Promise<void>,
  most = MOST,
): Promise<KeptRows> {
  const root = inside(cacheFolder, FOLDER);
  const fresh = join(root, workName("new"));
  try {
    await makeFoldersSoon(root);
    await mkdir(fresh);
    const { files } = keptIn(fresh, shape);
    for (const split of SPLITS) for (const [draw, file] of files[split].entries()) await writeRows(file, shape, split, (write) => fill(split, draw, write));
    await writeFile(join(fresh, DESCRIPTION), JSON.stringify({ version: 1, key: shape.key }));
    const folder = await publishEntry(root, shape.key, fresh, async () => ((await findKept(cacheFolder, shape)) ? "same" : "none"), most);
    return keptIn(folder, shape);
  } catch (thrown) {
    await rm(fresh, { recursive: true, force: true }).catch(() => undefined);
    throw isStorageFailure(thrown) ? storageError(root, thrown, undefined, "the features kept in") : thrown;
  }
}

async function writeRows(
  file: string,
  { key, words, counts }: KeptShape,
  split: SplitName,
  fill: (write: (rows: Float32Array) => Promise<void>) => Promise<void>,
): Promise<void> {
  const writer = await RecordWriter.create(file, words);
  try {
    await fill(async (rows) => {
      for (let at = 0; at < rows.length; at += words) {
        if (writer.full) await writer.flush();
        writer.floats.set(rows.subarray(at, at + words), writer.record());
      }
    });
    if (writer.count !== counts[split]) throw new LatheError("internal", `of ${counts[split]} ${split} samples ${writer.count} have features`);
    await writer.finish(key);
  } finally {
    await writer.abandon();
  }
}

function keptIn(folder: string, { key, words, counts, draws }: KeptShape): KeptRows {
  const file = (split: SplitName, k: number) => join(folder, `${split}-${k + 1}.records`);
  const files = (split: SplitName) => Array.from({ length: counts[split] === 0 ? 0 : split === "train" ? draws : 1 }, (_, k) => file(split, k));
  return { key, words, files: { train: files("train"), validation: files("validation"), test: files("test") } };
}
