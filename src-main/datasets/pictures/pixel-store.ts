import { createHash, randomBytes } from "node:crypto";
import { constants, type FileHandle, open, readdir, rm, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { holderOf, releaseLock, waitForLock } from "../../base/lock.mjs";
import { makeFoldersSoon } from "../../base/make-folders.js";
import { readBytes } from "../../base/read-bytes.js";
import { replaceFile } from "../../base/replace-file.js";
import { storageError } from "../../base/storage-error.js";
import { throwIfAborted } from "../throw-if-aborted.js";
import type { PixelFormat } from "./picture-task.js";
import { inside, openOwnFile } from "../../base/own-files.js";

/**
 * Resized pictures on disk, by content: `pixels` holds them one after the other, all of one length, uint8 `[height, width, C]`; `index` says whose they are, in
 * the same order. What is new is appended, first the pixels through to the disk, then the index, so a crash costs what was appended last and nothing else.
 * Samples refer to a picture by its place, which holds for one generation of the store.
 *
 * `index`: magic, bytes of a picture in uint32, generation of 16 bytes; then for each picture sha256 of its file, crc32 of its pixels, crc32 of these 36 bytes.
 */
const MAGIC = "LATHEPX1";
const HEADER = 28;
const ENTRY = 40;
/** What is appended is made safe after so many bytes, or milliseconds: of small pictures many fit the former. */
const [UNSAFE, UNSAFE_FOR] = [64 << 20, 2000];
/** Stores of formats that are not in use any more. */
const KEPT = 4;
const USED = "index";
/** What a store's folder is called; nothing else is ever let go of. */
const STORE = /^\d+x\d+-(rgb|gray)-[0-9a-f]{16}$/;

export interface StoreReference {
  /** The file of pixels. */
  readonly path: string;
  readonly generation: string;
  /** Bytes of a picture. */
  readonly bytes: number;
}

export class PixelStore {
  readonly #folder: string;
  readonly #bytes: number;
  readonly #generation: string;
  readonly #places: Map<string, number>;
  readonly #index: FileHandle;
  readonly #pixels: FileHandle;
  /** Appended, and not yet in the index on disk. */
  #fresh: Buffer[] = [];
  #count: number;
  #secured = performance.now();

  private constructor(folder: string, bytes: number, generation: string, places: Map<string, number>, index: FileHandle, pixels: FileHandle) {
    this.#folder = folder;
    this.#bytes = bytes;
    this.#generation = generation;
    this.#places = places;
    this.#count = places.size;
    this.#index = index;
    this.#pixels = pixels;
  }

  /**
   * Opens the store of a format for this process alone; waits while another one has it. @param say hears for whom it waits, on which file and since when.
   * @throws LatheError `run.storage`, `cancelled`
   */
  static async open(cacheFolder: string, format: PixelFormat, signal?: AbortSignal, say?: (words: string) => void): Promise<PixelStore> {
    const folder = storeFolder(cacheFolder, format);
    await makeFoldersSoon(folder);
    await lock(folder, signal, say);
    const opened: FileHandle[] = [];
    try {
      const bytes = bytesOf(format);
      const known = await readIndex(folder, bytes);
      const generation = known?.whole ? known.generation : randomBytes(16).toString("hex");
      if (!known) await begin(folder, bytes, generation);
      const index = await openOwnFile(join(folder, "index"), constants.O_RDWR);
      opened.push(index);
      if (known && !known.whole) {
        // Places that are given anew must not be taken for the old ones.
        await writeAll(index, Buffer.from(generation, "hex"), 12);
        await index.datasync();
      }
      const pixels = await openOwnFile(join(folder, "pixels"), constants.O_RDWR);
      opened.push(pixels);
      const hashes = known?.hashes ?? [];
      await index.truncate(HEADER + hashes.length * ENTRY);
      await pixels.truncate(hashes.length * bytes);
      return new PixelStore(folder, bytes, generation, new Map(hashes.map((hash, place) => [hash, place])), index, pixels);
    } catch (error) {
      for (const file of opened) await file.close();
      unlock(folder);
      throw error;
    }
  }

  get reference(): StoreReference {
    return { path: join(this.#folder, "pixels"), generation: this.#generation, bytes: this.#bytes };
  }

  get count(): number {
    return this.#count;
  }

  /** Where the picture of a file's content stands; undefined where it is not here. */
  placeOf(sha256: string): number | undefined {
    return this.#places.get(sha256);
  }

  async add(sha256: string, pixels: Uint8Array): Promise<void> {
    if (this.#places.has(sha256)) return;
    await writeAll(this.#pixels, pixels, this.#count * this.#bytes);
    const entry = Buffer.alloc(ENTRY);
    entry.write(sha256, 0, "hex");
    entry.writeUInt32LE(crc32(pixels), 32);
    entry.writeUInt32LE(crc32(entry.subarray(0, 36)), 36);
    this.#fresh.push(entry);
    this.#places.set(sha256, this.#count++);
    if (this.#fresh.length * this.#bytes >= UNSAFE || performance.now() - this.#secured >= UNSAFE_FOR) await this.#secure();
  }

  /** Forgets pictures that nobody has any more, where they are the greater part. @param used contents in use; undefined where that is not known. */
  async close(used: ReadonlySet<string> | undefined): Promise<void> {
    await this.#secure();
    await this.#index.close();
    await this.#pixels.close();
    const spare = used ? [...this.#places.keys()].filter((hash) => !used.has(hash)).length : 0;
    // Whoever reads it meanwhile keeps the old file; the next time it is made anew, and the pictures are read again.
    if (spare > 1000 && spare > this.#places.size / 2) await rm(join(this.#folder, "index"), { force: true });
    unlock(this.#folder);
  }

  async #secure(): Promise<void> {
    if (this.#fresh.length === 0) return;
    await this.#pixels.datasync();
    await writeAll(this.#index, Buffer.concat(this.#fresh), HEADER + (this.#count - this.#fresh.length) * ENTRY);
    await this.#index.datasync();
    this.#fresh = [];
    this.#secured = performance.now();
  }
}

/** Whether a store is still the one that was referred to. */
export async function isCurrent({ path, generation }: StoreReference): Promise<boolean> {
  const file = await openOwnFile(join(path, "..", "index")).catch(() => undefined);
  if (!file) return false;
  try {
    const header = Buffer.alloc(HEADER);
    await readBytes(file, header, 0);
    return header.toString("latin1", 0, 8) === MAGIC && header.toString("hex", 12) === generation;
  } finally {
    await file.close();
  }
}

/** Lets go of stores that were not used for longest. @param keep folders of formats in use. */
export async function dropStores(cacheFolder: string, keep: readonly PixelFormat[]): Promise<void> {
  const kept = new Set(keep.map((format) => storeFolder(cacheFolder, format)));
  const others: { readonly path: string; readonly used: number }[] = [];
  for (const name of await readdir(inside(cacheFolder, "pixels")).catch(() => [])) {
    if (!STORE.test(name)) continue;
    const path = inside(cacheFolder, "pixels", name);
    if (!kept.has(path))
      others.push({
        path,
        used: await stat(join(path, USED)).then(
          (s) => s.mtimeMs,
          () => 0,
        ),
      });
  }
  const now = new Date();
  for (const path of kept) await utimes(join(path, USED), now, now).catch(() => undefined);
  others.sort((a, b) => b.used - a.used);
  for (const { path } of others.slice(Math.max(0, KEPT - kept.size)))
    if (!holderOf(join(path, "lock"))) await rm(path, { recursive: true, force: true }).catch(() => undefined);
}

/** Bytes of a picture of a format. */
export function bytesOf({ width, height, color }: PixelFormat): number {
  return width * height * (color === "rgb" ? 3 : 1);
}

function storeFolder(cacheFolder: string, { width, height, color, background }: PixelFormat): string {
  // The version of decoding and resizing: other pixels of the same file are another store.
  const name = createHash("sha256")
    .update(JSON.stringify([1, width, height, color, background]))
    .digest("hex")
    .slice(0, 16);
  return inside(cacheFolder, "pixels", `${width}x${height}-${color}-${name}`);
}

async function begin(folder: string, bytes: number, generation: string): Promise<void> {
  const header = Buffer.alloc(HEADER);
  header.write(MAGIC, "latin1");
  header.writeUInt32LE(bytes, 8);
  header.write(generation, 12, "hex");
  // Another file, so that whoever reads the old one is not disturbed.
  await rm(join(folder, "pixels"), { force: true });
  await (await open(join(folder, "pixels"), "wx")).close();
  await replaceFile(join(folder, "index"), header);
}

/** What an index says as far as it is whole; undefined where there is none, or it is another's. */
async function readIndex(
  folder: string,
  bytes: number,
): Promise<{ readonly generation: string; readonly hashes: readonly string[]; /** Nothing was lost. */ readonly whole: boolean } | undefined> {
  const file = await openOwnFile(join(folder, "index")).catch(() => undefined);
  const pixels = await stat(join(folder, "pixels")).catch(() => undefined);
  if (!file) return undefined;
  try {
    const content = await file.readFile();
    if (!pixels || content.length < HEADER || content.toString("latin1", 0, 8) !== MAGIC || content.readUInt32LE(8) !== bytes) return undefined;
    const hashes: string[] = [];
    for (let at = HEADER; at + ENTRY <= content.length && (hashes.length + 1) * bytes <= pixels.size; at += ENTRY) {
      const entry = content.subarray(at, at + ENTRY);
      if (entry.readUInt32LE(36) !== crc32(entry.subarray(0, 36))) break;
      hashes.push(entry.toString("hex", 0, 32));
    }
    return { generation: content.toString("hex", 12, HEADER), hashes, whole: content.length === HEADER + hashes.length * ENTRY };
  } finally {
    await file.close();
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < bytes.length;) written += (await file.write(bytes, written, bytes.length - written, position + written)).bytesWritten;
}

/** @throws LatheError `run.storage`, `cancelled` */
async function lock(folder: string, signal: AbortSignal | undefined, say: ((words: string) => void) | undefined): Promise<void> {
  try {
    await waitForLock(join(folder, "lock"), { ...(signal ? { signal } : {}), ...(say ? { say } : {}) });
  } catch (thrown) {
    throwIfAborted(signal);
    throw storageError(folder, thrown);
  }
}

function unlock(folder: string): void {
  releaseLock(join(folder, "lock"));
}
