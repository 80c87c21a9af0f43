import { stat } from "node:fs/promises";
import type { Sharp } from "sharp";
import { LatheError } from "../../base/errors.js";
import { MOST_PIXELS } from "../../base/limits.js";
import { Random } from "../../base/random.js";
import { type TransformSpecs, augmentation } from "../../transforms/index.js";
import type { Picture } from "../../transforms/picture.js";
import { bytesToDecode, damaged, decodePicture, deepSamplesOf, isGrayOnColours, isInInks, readPictureFile } from "./decode.js";
import { DecodingRoom } from "./decoding-room.js";
import { formatOf } from "./formats.js";
import { loadSharp } from "./load-sharp.js";
import { type PixelFormat, readPicture } from "./picture-task.js";
import type { DeepSamples } from "./pixel-range.js";

/** Of the files that are shown. */
const QUALITY = 82;
/** Corners that differ by no more of 255 are of one background. */
const ALIKE = 8;

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
 * @throws LatheError `data.unreadable`, as `readPictureFile`; `cancelled`
 */
export async function viewPicture(path: string, side: number, background: string, signal?: AbortSignal): Promise<ViewOfPicture> {
  return withFile(path, signal, (file) => view(file, side, background));
}

/** Of all pictures that are looked at in this process: for their files, which a page asks for by the dozen, then for decoding. */
const [files, room] = [new DecodingRoom(256 << 20), new DecodingRoom()];

/** Does something with a picture's file once there is room for it, and for decoding it. */
async function withFile<T>(path: string, signal: AbortSignal | undefined, job: (file: Uint8Array) => Promise<T>): Promise<T> {
  // What is no file is told when it is read.
  const { size } = await stat(path).catch(() => ({ size: 0 }));
  const putAway = await files.take(size, signal);
  try {
    const file = await readPictureFile(path);
    const giveBack = await room.take(await bytesToDecode(file), signal);
    try {
      return await job(file);
    } finally {
      giveBack();
    }
  } finally {
    putAway();
  }
}

async function view(file: Uint8Array, side: number, background: string): Promise<ViewOfPicture> {
  const { width, height, sharp: opened } = await open(file, background);
  const small = await opened
    .flatten({ background })
    .toColourspace("srgb")
    .resize(side, side, { fit: "inside", withoutEnlargement: true })
    .webp({ quality: QUALITY, effort: 1 })
    .toBuffer()
    // A header may promise pixels that no decoder finds.
    .catch((thrown: unknown) => {
      throw damaged(thrown);
    });
  return { image: Uint8Array.from(small), width, height, bytes: file.length };
}

/** What sharp cannot read or is not to, and what it cannot read whole, our own decoder reads or explains. */
async function open(file: Uint8Array, background: string): Promise<{ readonly width: number; readonly height: number; readonly sharp: Sharp }> {
  const sharp = await loadSharp();
  const format = formatOf(file);
  const found =
    format === undefined || format === "bmp" || format === "pnm" || (await isReadByUs(file, background))
      ? undefined
      : await sharp(file, { limitInputPixels: MOST_PIXELS, failOn: "error", pages: 1 })
          .metadata()
          .catch(() => undefined);
  if (found) {
    const { width, height } = found.autoOrient;
    return { width, height, sharp: sharp(file, { limitInputPixels: MOST_PIXELS, failOn: "none", pages: 1 }).autoOrient() };
  }
  const { width, height, data } = await decodePicture(file, { color: "rgb", background, range: "own" });
  return { width, height, sharp: sharp(data, { raw: { width, height, channels: 3 } }) };
}

/** What sharp would show otherwise than a network sees it. */
async function isReadByUs(file: Uint8Array, background: string): Promise<boolean> {
  return (await deepSamplesOf(file)) !== undefined || (await isInInks(file)) || isGrayOnColours(file, background);
}

/** What a proposal for a folder of pictures goes by. */
export interface PictureLook {
  readonly width: number;
  readonly height: number;
  /** Whether all its pixels are. */
  readonly gray: boolean;
  /** How bright its corners are, from 0 to 255, where all are alike. */
  readonly border?: number;
  /** Of a picture of more than 8 bits. */
  readonly deep?: DeepSamples;
}

/** How a picture is looked at. @throws LatheError `data.unreadable`, `cancelled` */
export type LookAtPicture = (path: string, signal?: AbortSignal) => Promise<PictureLook>;

export const lookAtPicture: LookAtPicture = (path, signal) =>
  withFile(path, signal, async (file) => {
    const { width, height, data } = await decodePicture(file, { color: "rgb", background: "#ffffff", range: "own" });
    const deep = await deepSamplesOf(file);
    return {
      width,
      height,
      gray: data.every((value, k) => k % 3 === 0 || value === data[k - 1]),
      ...borderOf(data, width, height),
      ...(deep ? { deep: { kind: deep.kind, stored: deep.stored, smallest: deep.smallest, largest: deep.largest } } : {}),
    };
  });

/** How bright a picture's corners are, where all are alike. */
function borderOf(data: Uint8Array, width: number, height: number): Pick<PictureLook, "border"> {
  const corners = [0, width - 1, (height - 1) * width, height * width - 1].map((at) => data[3 * at] ?? 0);
  return Math.max(...corners) - Math.min(...corners) > ALIKE ? {} : { border: Math.round(corners.reduce((sum, corner) => sum + corner, 0) / corners.length) };
}

/**
 * A picture as a network is given it, in the order of the formats.
 * @throws LatheError `data.unreadable` with why, as the end of a sentence that begins with the picture's name; `cancelled`
 */
export async function seePicture(path: string, formats: readonly PixelFormat[], signal?: AbortSignal): Promise<readonly Picture[]> {
  let giveBack: (() => void) | undefined;
  try {
    const { facts, pixels } = await readPicture(
      { id: 0, path, formats: formats.map((format) => ({ range: "own", ...format })) },
      async (bytes) => void (giveBack = await room.take(bytes, signal)),
    );
    if (signal?.aborted) throw new LatheError("cancelled", "the picture is no longer asked for");
    if (facts.bad !== undefined) throw new LatheError("data.unreadable", facts.bad);
    return pixels.map((data, k) => ({ width: formats[k]?.width ?? 0, height: formats[k]?.height ?? 0, channels: formats[k]?.color === "gray" ? 1 : 3, data }));
  } finally {
    giveBack?.();
  }
}

/**
 * A picture under several draws of its augmentation, one after the other: its data are `[draws, height, width, channels]`. @throws as `seePicture`; LatheError
 * `project.invalid`
 */
export async function drawPicture(
  path: string,
  format: PixelFormat,
  specs: TransformSpecs,
  draws: number,
  seed: number,
  signal?: AbortSignal,
): Promise<Picture> {
  const [picture] = await seePicture(path, [format], signal);
  if (!picture) throw new LatheError("internal", "a picture that was read has no pixels");
  const augment = augmentation(specs);
  const data = new Uint8Array(draws * picture.data.length);
  for (let k = 0; k < draws; k++) data.set(augment(picture, new Random(seed, "preview", k)).data, k * picture.data.length);
  return { ...picture, data };
}
