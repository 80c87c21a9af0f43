import { stat } from "node:fs/promises";
import { throwIfAborted } from "../throw-if-aborted.js";
import { type FileMark, PictureMemory } from "./picture-memory.js";
import { PicturePool } from "./picture-pool.js";
import type { PictureFacts, PixelFormat } from "./picture-task.js";
import { PixelStore, type StoreReference, dropStores } from "./pixel-store.js";

export interface ReadPicturesOptions {
  /** Absolute, each once. */
  readonly paths: readonly string[];
  /** What is to be in stores afterwards; none: only facts are asked for. */
  readonly formats: readonly PixelFormat[];
  readonly cacheFolder: string;
  readonly progress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
  /** Hears what is waited for. */
  readonly say?: ((words: string) => void) | undefined;
}

export interface ReadPictures {
  readonly facts: ReadonlyMap<string, PictureFacts>;
  /** In the order of the formats: the store, and where in it a content stands. */
  readonly stores: readonly { readonly reference: StoreReference; readonly placeOf: (sha256: string) => number | undefined }[];
}

/** Files whose size and time are asked for at once. */
const STATS = 64;
/** Milliseconds between two words about how far it is. */
const TOLD = 100;
/** New facts are saved after so many. */
const SAVED = 2000;

/**
 * Sees to it that every readable picture is in the stores, reading only files that are new or changed. Bad files are told among the facts.
 * @throws LatheError `run.storage`, `cancelled`
 */
export async function readPictures({ paths, formats, cacheFolder, progress = () => undefined, signal, say }: ReadPicturesOptions): Promise<ReadPictures> {
  const memory = await PictureMemory.open(cacheFolder);
  const stores: PixelStore[] = [];
  const used = new Set<string>();
  const facts = new Map<string, PictureFacts>();
  let read = false;
  try {
    for (const format of formats)
      stores.push(await PixelStore.open(cacheFolder, format, signal, say && ((holder) => say(`waiting for the pictures that ${holder} prepares`))));
    const marks = await marksOf(paths, signal);
    const unread = paths.filter((path) => {
      const mark = marks.get(path);
      const known = mark && memory.get(path, mark);
      if (!known) return true;
      facts.set(path, known);
      if (known.bad === undefined) used.add(known.sha256);
      return known.bad === undefined && !stores.every((store) => store.placeOf(known.sha256) !== undefined);
    });
    if (unread.length > 0) {
      let done = paths.length - unread.length;
      let told = performance.now();
      progress(done, paths.length);
      const pool = new PicturePool();
      try {
        await pool.read(
          unread.map((path) => ({ path, formats })),
          async (path, result) => {
            facts.set(path, result.facts);
            const mark = marks.get(path);
            // Whether a file may be opened can change without its size or time.
            if (mark && result.facts.sha256 !== undefined) memory.put(path, mark, result.facts);
            if (result.facts.bad === undefined) {
              used.add(result.facts.sha256);
              for (const [k, store] of stores.entries()) await store.add(result.facts.sha256, result.pixels[k] ?? new Uint8Array(0));
            }
            done++;
            if (done === paths.length || performance.now() - told >= TOLD) {
              told = performance.now();
              progress(done, paths.length);
            }
            if (done % SAVED === 0) await memory.save();
          },
          signal,
        );
      } finally {
        await pool.close();
      }
    }
    throwIfAborted(signal);
    read = true;
    return { facts, stores: stores.map((store) => ({ reference: store.reference, placeOf: (sha256) => store.placeOf(sha256) })) };
  } finally {
    // What is spare is known only once all has been read: a start that was called off keeps everything.
    for (const store of stores) await store.close(read ? used : undefined);
    await memory.save();
    if (read && formats.length > 0) await dropStores(cacheFolder, formats);
  }
}

/** Sizes and times before anything is read, so that what changes meanwhile is read again the next time. */
async function marksOf(paths: readonly string[], signal: AbortSignal | undefined): Promise<ReadonlyMap<string, FileMark>> {
  const marks = new Map<string, FileMark>();
  for (let from = 0; from < paths.length; from += STATS) {
    throwIfAborted(signal);
    await Promise.all(
      paths.slice(from, from + STATS).map(async (path) => {
        const found = await stat(path).catch(() => undefined);
        if (found) marks.set(path, { size: found.size, modified: found.mtimeMs, changed: found.ctimeMs });
      }),
    );
  }
  return marks;
}
