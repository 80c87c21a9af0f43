import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, rename, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LatheError } from "../base/errors.js";
import { workName } from "../base/work-folder.js";
import { inside } from "../base/own-files.js";
import { JSON_BOUNDS } from "../base/json-bounds.js";
import { makeFoldersSoon } from "../base/make-folders.js";
import { readOwnJson } from "../base/own-json.js";
import { replaceFile } from "../base/replace-file.js";
import { DESCRIPTION, publishEntry, touchEntry, useEntry } from "./cache-entries.js";
import { type StoredData, storedData } from "./prepared.js";
import { checkRecords } from "./record-file.js";
import { SPLITS, type SplitName } from "./splits.js";
import { unreadable } from "./sources/text-file.js";
import { throwIfAborted } from "./throw-if-aborted.js";

const HASHES = "hashes.json";

export function splitFile(folder: string, split: SplitName): string {
  return join(folder, `${split}.records`);
}

/** Rows of a series that samples have parts of: those of the main file, or of a test file of its own. */
export function seriesFile(folder: string, name: string, ofTestFile: boolean): string {
  return join(folder, `${name}${ofTestFile ? ".test" : ""}.rows`);
}

/** The file of where each row of a series stands: its segment, its time and the part that it is of. */
export const PLACES = "places";

/** Every such file of prepared data. */
function seriesFiles(folder: string, { inputs, targets, audit, fitted }: StoredData): readonly string[] {
  const names = [...inputs, ...targets].flatMap(({ rows }) => (rows ? [rows.file] : []));
  if (fitted.series) names.push(PLACES);
  return [...new Set(names)].flatMap((name) => (audit.testRows === undefined ? [false] : [false, true]).map((test) => seriesFile(folder, name, test)));
}

/** What a folder of pictures held when the data were prepared. */
export function listingFile(folder: string, part: "main" | "test"): string {
  return join(folder, `${part}.parquet`);
}

/** The stored data of a fingerprint, or undefined where there is none or it is damaged; then it is to be made again. */
export async function findStored(
  cacheFolder: string,
  fingerprint: string,
  signal?: AbortSignal,
): Promise<{ readonly folder: string; readonly stored: StoredData } | undefined> {
  const folder = inside(cacheFolder, fingerprint);
  try {
    // Marked before it is looked at: whoever makes room meanwhile leaves it, or has taken it away by then.
    await useEntry(cacheFolder, folder);
    const stored = storedData.parse(await readOwnJson(join(folder, DESCRIPTION), JSON_BOUNDS.figures));
    if (stored.fingerprint !== fingerprint) return undefined;
    for (const split of SPLITS) {
      const header = await checkRecords(splitFile(folder, split), fingerprint, signal);
      if (header.count !== stored.counts[split] || header.words !== stored.words) return undefined;
    }
    for (const file of seriesFiles(folder, stored)) await checkRecords(file, fingerprint, signal);
    await touchEntry(folder);
    return { folder, stored };
  } catch (thrown) {
    if (thrown instanceof LatheError && (thrown.code === "cancelled" || thrown.code === "project.unsafe")) throw thrown;
    return undefined;
  }
}

/** Moves finished files from a working folder into the cache and lets the oldest entries go. @returns their folder there. */
export async function store(cacheFolder: string, workFolder: string, stored: StoredData, listings: readonly ("main" | "test")[] = []): Promise<string> {
  const folder = inside(cacheFolder, stored.fingerprint);
  const fresh = join(cacheFolder, workName("new"));
  await mkdir(fresh);
  for (const split of SPLITS) await rename(splitFile(workFolder, split), splitFile(fresh, split));
  for (const [k, file] of seriesFiles(workFolder, stored).entries()) await rename(file, seriesFiles(fresh, stored)[k] ?? file);
  for (const part of listings) await rename(listingFile(workFolder, part), listingFile(fresh, part)).catch(() => undefined);
  await writeFile(join(fresh, DESCRIPTION), JSON.stringify(stored));
  // Of pictures, an entry that refers to another store goes.
  await publishEntry(cacheFolder, stored.fingerprint, fresh, async () => {
    const there = await findStored(cacheFolder, stored.fingerprint);
    if (!there) return "none";
    return JSON.stringify(there.stored.inputs) === JSON.stringify(stored.inputs) ? "same" : "other";
  });
  return folder;
}

/**
 * sha256 of a file's content. One that has the size and time of modification it had when it was last hashed is not read again, unless it was changed within
 * two seconds of the hashing, when its time might not tell.
 */
export async function contentHash(cacheFolder: string, path: string, progress: (done: number, total: number) => void, signal?: AbortSignal): Promise<string> {
  const { size, mtimeMs } = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  const known = await readHashes(cacheFolder);
  const memo = known[path];
  if (memo?.size === size && memo.mtimeMs === mtimeMs && memo.at - mtimeMs > 2000) return memo.sha256;
  const hash = createHash("sha256");
  let done = 0;
  try {
    for await (const part of createReadStream(path, { highWaterMark: 1 << 20 })) {
      throwIfAborted(signal);
      hash.update(part as Buffer);
      done += (part as Buffer).length;
      progress(done, size);
    }
  } catch (error) {
    if (error instanceof LatheError) throw error;
    throw unreadable(path, error);
  }
  const sha256 = hash.digest("hex");
  await writeHashes(cacheFolder, { ...known, [path]: { size, mtimeMs, sha256, at: Date.now() } });
  return sha256;
}

interface HashMemo {
  readonly size: number;
  readonly mtimeMs: number;
  readonly sha256: string;
  /** When it was hashed, milliseconds since 1970. */
  readonly at: number;
}

async function readHashes(cacheFolder: string): Promise<Readonly<Record<string, HashMemo>>> {
  try {
    const value: unknown = await readOwnJson(join(cacheFolder, HASHES), JSON_BOUNDS.note);
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, HashMemo>>) : {};
  } catch {
    return {};
  }
}

async function writeHashes(cacheFolder: string, memos: Readonly<Record<string, HashMemo>>): Promise<void> {
  const newest = Object.entries(memos)
    .sort(([, a], [, b]) => b.at - a.at)
    .slice(0, 100);
  try {
    await makeFoldersSoon(cacheFolder);
    // Two windows may ask about the same table at once.
    await replaceFile(join(cacheFolder, HASHES), JSON.stringify(Object.fromEntries(newest)));
  } catch {
    // It is hashed again the next time: who only looks needs no cache.
  }
}
