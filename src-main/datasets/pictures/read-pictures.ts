import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { defined } from "../../base/assert.js";
import type { PixelRange } from "../../features/image.js";
import { throwIfAborted } from "../throw-if-aborted.js";
import { type FileMark, PictureMemory } from "./picture-memory.js";
import { PicturePool } from "./picture-pool.js";
import { type PictureFacts, type PixelFormat, pixelKey } from "./picture-task.js";
import { rangeOf } from "./pixel-range.js";
import { PixelStore, type StoreReference, dropStores } from "./pixel-store.js";
import { keepRange } from "./range-file.js";

export interface ReadPicturesOptions {
  /** Absolute, each once. */
  readonly paths: readonly string[];
  /** What is to be in stores afterwards; none: only facts are asked for. */
  readonly formats: readonly PixelFormat[];
  /** Whether an empty picture, of the background's colour, is to be in the stores too, as `BLANK`. */
  readonly blank?: boolean;
  readonly cacheFolder: string;
  readonly progress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal | undefined;
  /** Hears what is waited for. */
  readonly say?: ((words: string) => void) | undefined;
}

export interface ReadPictures {
  readonly facts: ReadonlyMap<string, PictureFacts>;
  /** What those of more than 8 bits are read by, all alike. */
  readonly range: PixelRange;
  /** In the order of the formats: the store, and where in it pixels stand, by `pixelKey`. */
  readonly stores: readonly { readonly reference: StoreReference; readonly placeOf: (key: string) => number | undefined }[];
}

/** What the empty picture is known by in a store, in place of a file's content. */
export const BLANK = createHash("sha256").update("an empty picture").digest("hex");

type GoodFacts = Extract<PictureFacts, { readonly width: number }>;

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
export async function readPictures({
  paths,
  formats,
  blank = false,
  cacheFolder,
  progress = () => undefined,
  signal,
  say,
}: ReadPicturesOptions): Promise<ReadPictures> {
  const memory = await PictureMemory.open(cacheFolder);
  const stores: PixelStore[] = [];
  const used = new Set<string>();
  const facts = new Map<string, PictureFacts>();
  const isStored = (known: GoodFacts, range: PixelRange) => stores.every((store) => store.placeOf(pixelKey(known, range)) !== undefined);
  let complete = false;
  try {
    for (const format of formats)
      stores.push(await PixelStore.open(cacheFolder, format, signal, say && ((holder) => say(`waiting for the pictures that ${holder} prepares`))));
    if (blank) for (const [k, store] of stores.entries()) await store.add(BLANK, emptyPixels(defined(formats[k], "a format")));
    if (blank) used.add(BLANK);
    const marks = await marksOf(paths, signal);
    const unread = paths.filter((path) => {
      const mark = marks.get(path);
      const known = mark && memory.get(path, mark);
      if (!known) return true;
      facts.set(path, known);
      return known.bad === undefined && !known.deep && !isStored(known, {});
    });
    const pool = new PicturePool();
    const read = async (wanted: readonly string[], range: PixelRange | undefined) => {
      if (wanted.length === 0) return;
      let done = paths.length - wanted.length;
      let told = performance.now();
      progress(done, paths.length);
      await pool.read(
        wanted.map((path) => ({ path, formats: range ? formats.map((format) => ({ ...format, range })) : formats })),
        async (path, result) => {
          facts.set(path, result.facts);
          const mark = marks.get(path);
          // Whether a file may be opened can change without its size or time.
          if (mark && result.facts.sha256 !== undefined) memory.put(path, mark, result.facts);
          if (result.facts.bad === undefined && result.pixels.length === formats.length) {
            const key = pixelKey(result.facts, range ?? {});
            for (const [k, store] of stores.entries()) await store.add(key, result.pixels[k] ?? new Uint8Array(0));
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
    };
    let range: PixelRange = {};
    try {
      await read(unread, undefined);
      throwIfAborted(signal);
      const good = () => [...facts].flatMap(([path, known]) => (known.bad === undefined ? [{ path, known }] : []));
      range = rangeOf(good().flatMap(({ known }) => known.deep ?? []));
      await read(
        good().flatMap(({ path, known }) => (known.deep && !isStored(known, range) ? [path] : [])),
        range,
      );
      for (const { known } of good()) used.add(pixelKey(known, range));
    } finally {
      await pool.close();
    }
    throwIfAborted(signal);
    await keepRange(cacheFolder, range);
    complete = true;
    return { facts, range, stores: stores.map((store) => ({ reference: store.reference, placeOf: (key) => store.placeOf(key) })) };
  } finally {
    // What is spare is known only once all has been read: a start that was called off keeps everything.
    for (const store of stores) await store.close(complete ? used : undefined);
    await memory.save();
    if (complete && formats.length > 0) await dropStores(cacheFolder, formats);
  }
}

/** Pixels of an empty picture, `[height, width, C]`; gray is as bright as sRGB's luma makes the colour (ITU-R BT.601). */
export function emptyPixels({ width, height, color, background }: Pick<PixelFormat, "width" | "height" | "color" | "background">): Uint8Array<ArrayBuffer> {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => Number.parseInt(background.slice(at, at + 2), 16));
  const pixel = color === "rgb" ? [red, green, blue] : [Math.round(0.299 * red + 0.587 * green + 0.114 * blue)];
  return Uint8Array.from({ length: width * height * pixel.length }, (_, i) => pixel[i % pixel.length] ?? 0);
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
