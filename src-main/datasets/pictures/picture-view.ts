import sharp, { type Sharp } from "sharp";
import { Random } from "../../base/random.js";
import { type TransformSpecs, augmentation } from "../../transforms/index.js";
import type { Picture } from "../../transforms/picture.js";
import { MOST_PIXELS, damaged, decodePicture, readPictureFile } from "./decode.js";
import { formatOf } from "./formats.js";
import { PicturePool } from "./picture-pool.js";
import type { PixelFormat } from "./picture-task.js";
import { LatheError } from "../../base/errors.js";

/** Of the files that are shown. */
const QUALITY = 82;

export interface ViewOfPicture {
  /** WebP */
  readonly image: Uint8Array<ArrayBuffer>;
  /** Of the picture itself. */
  readonly width: number;
  readonly height: number;
  /** Of its file. */
  readonly bytes: number;
}

/**
 * A picture made small enough to be shown.
 * @param side pixels of the longer side at most. @param background what shows through, `#ffffff`.
 * @throws LatheError `data.unreadable`, as `readPictureFile`
 */
export async function viewPicture(path: string, side: number, background: string): Promise<ViewOfPicture> {
  const file = await readPictureFile(path);
  const { width, height, sharp: opened } = await open(file, background);
  const small = await opened.flatten({ background }).toColourspace("srgb").resize(side, side, { fit: "inside", withoutEnlargement: true }).webp({ quality: QUALITY, effort: 1 }).toBuffer()
    // A header may promise pixels that no decoder finds.
    .catch((thrown: unknown) => { throw damaged(thrown); });
  return { image: Uint8Array.from(small), width, height, bytes: file.length };
}

/** What sharp cannot read or is not to, and what it cannot read whole, our own decoder reads or explains. */
async function open(file: Uint8Array, background: string): Promise<{ readonly width: number; readonly height: number; readonly sharp: Sharp }> {
  const format = formatOf(file);
  const found = format === undefined || format === "bmp" ? undefined : await sharp(file, { limitInputPixels: MOST_PIXELS, failOn: "error", pages: 1 }).metadata().catch(() => undefined);
  if (found) {
    const { width, height } = found.autoOrient;
    return { width, height, sharp: sharp(file, { limitInputPixels: MOST_PIXELS, failOn: "none", pages: 1 }).autoOrient() };
  }
  const { width, height, data } = await decodePicture(file, { color: "rgb", background });
  return { width, height, sharp: sharp(data, { raw: { width, height, channels: 3 } }) };
}

/** Reads single pictures as a network is given them, in a thread that leaves when nobody asks for a while. */
export interface PictureReader {
  /** In the order of the formats. @throws LatheError `data.unreadable` with why, as the end of a sentence that begins with the picture's name. */
  read(path: string, formats: readonly PixelFormat[], signal?: AbortSignal): Promise<readonly Picture[]>;
}

const IDLE = 10_000;

export function createPictureReader(): PictureReader {
  let pool: PicturePool | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let under = 0;
  return {
    async read(path, formats, signal) {
      pool ??= new PicturePool(1);
      clearTimeout(timer);
      under++;
      let bad: string | undefined;
      let found: readonly Picture[] = [];
      try {
        await pool.read([{ path, formats }], (_path, { facts, pixels }) => {
          bad = facts.bad;
          found = pixels.map((data, k) => ({ width: formats[k]?.width ?? 0, height: formats[k]?.height ?? 0, channels: formats[k]?.color === "gray" ? 1 : 3, data }));
          return Promise.resolve();
        }, signal);
      } finally {
        under--;
        if (under === 0) {
          timer = setTimeout(() => {
            void pool?.close();
            pool = undefined;
          }, IDLE);
          timer.unref();
        }
      }
      if (bad !== undefined) throw new LatheError("data.unreadable", bad);
      if (signal?.aborted) throw new LatheError("cancelled", "the picture was no longer asked for");
      return found;
    },
  };
}

/** One picture under several draws of its augmentation, one after the other: `[draws, height, width, channels]`. @throws LatheError `project.invalid` */
export function drawPicture(picture: Picture, specs: TransformSpecs, draws: number, seed: number): Uint8Array<ArrayBuffer> {
  const augment = augmentation(specs);
  const out = new Uint8Array(draws * picture.data.length);
  for (let k = 0; k < draws; k++) out.set(augment(picture, new Random(seed, "preview", k)).data, k * picture.data.length);
  return out;
}
