import { type Stats, readFileSync, statSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { mayBeRead } from "../../base/allowed-folders.js";
import { LatheError, toLatheError } from "../../base/errors.js";
import { MOST_PIXELS } from "../../base/limits.js";
import type { PixelRange } from "../../features/image.js";
import { type Picture, grayOf } from "../../transforms/picture.js";
import { decodeBmp } from "./bmp.js";
import { type DeepPicture, narrowed, readDeep } from "./deep.js";
import { formatOf, notRead } from "./formats.js";
import { pixelsByHeader } from "./header.js";
import { loadSharp } from "./load-sharp.js";
import { inksAsColours, natureOf } from "./nature.js";
import { rangeOf } from "./pixel-range.js";
import { decodePnm, pnmHeader } from "./pnm.js";

/** Longer files are not read. */
const MOST_BYTES = 512 << 20;

/** How a picture is to be seen. */
export interface Look {
  readonly color: "rgb" | "gray";
  /** `#ffffff` */
  readonly background: string;
  /** What pictures of more than 8 bits are read by: what those that are trained on use, or `own`: what the picture itself does. */
  readonly range?: PixelRange | "own" | undefined;
}

/**
 * Bytes in memory for each pixel while it is decoded, by what a file says of itself: whole in 16 bits where it is interlaced, then in 8, then for the network.
 */
const BYTES_A_PIXEL = 16;

/** How much memory decoding a picture takes at most, with its file; by its header alone. What cannot be told is told when it is decoded. */
export async function bytesToDecode(file: Uint8Array): Promise<number> {
  const pixels =
    pixelsByHeader(file) ??
    (await (
      await loadSharp()
    )(file, { limitInputPixels: false })
      .metadata()
      .then(
        ({ width, height }) => width * height,
        () => 0,
      ));
  // What is larger is not decoded at all.
  return file.length + (pixels > MOST_PIXELS ? 0 : pixels * BYTES_A_PIXEL);
}

/** @throws LatheError `data.unreadable`: what is wrong with the file, as the end of a sentence that begins with its name. */
export async function readPictureFile(path: string): Promise<Uint8Array> {
  try {
    refuse(path, await stat(path));
    return await readFile(path);
  } catch (thrown) {
    throw unreadable(thrown);
  }
}

/** The same at once, for a thread that has nothing else to do: small files are read sooner than waited for. */
export function readPictureFileNow(path: string): Uint8Array {
  try {
    refuse(path, statSync(path));
    return readFileSync(path);
  } catch (thrown) {
    throw unreadable(thrown);
  }
}

function refuse(path: string, found: Stats): void {
  if (!mayBeRead(path)) throw new LatheError("data.unreadable", "is not in a folder this server may use");
  if (!found.isFile()) throw new LatheError("data.unreadable", "is not a file");
  if (found.size === 0) throw new LatheError("data.unreadable", "is empty (0 bytes)");
  if (found.size > MOST_BYTES)
    throw new LatheError("data.unreadable", `has ${Math.round(found.size / (1 << 20))} MB, more than the ${MOST_BYTES >> 20} that are read`);
}

function unreadable(thrown: unknown): LatheError {
  if (thrown instanceof LatheError) return thrown;
  const { code = "", message } = thrown as NodeJS.ErrnoException;
  const why = {
    ENOENT: "is not there",
    EACCES: "may not be opened (permission denied)",
    EPERM: "may not be opened (permission denied)",
    ELOOP: "is a link that leads in a circle",
  }[code];
  return new LatheError("data.unreadable", why ?? `cannot be opened: ${message}`, {}, { cause: thrown });
}

/**
 * The picture in a file as it is meant to be seen: turned by its EXIF orientation, the first frame, in sRGB with 8 bits, on the background where it is
 * transparent. Inks without a profile become colours as PIL has it.
 * @throws LatheError `data.unreadable`, as `readPictureFile`
 */
export async function decodePicture(bytes: Uint8Array, { color, background, range }: Look): Promise<Picture> {
  const raw = await decoded(bytes, background, range);
  return color === "gray" ? grayOf(raw) : raw.channels === 3 ? raw : threefold(raw);
}

async function decoded(bytes: Uint8Array, background: string, range: Look["range"]): Promise<Picture> {
  const format = formatOf(bytes);
  if (format === undefined) throw new LatheError("data.unreadable", notRead(bytes));
  if (format === "bmp") return bitmap(bytes, background);
  if (format === "pnm") {
    const { most = 0 } = pnmHeader(bytes) ?? {};
    if (most > 255) throw new LatheError("data.unreadable", `is a PPM or PGM of values up to ${most}, expected at most 255; save it as PNG or TIFF`);
    return ownDecoder(() => decodePnm(bytes, MOST_PIXELS));
  }
  try {
    const nature = await natureOf(bytes, format);
    if (nature.kind === "inks") return await inksAsColours(bytes);
    if (nature.kind === "deep") {
      const deep = await readDeep(bytes, nature.metadata);
      const { width, height, channels, data, upper } = narrowed(deep, range === "own" ? rangeOf([deep]) : range);
      // Of these libvips takes the upper 8 bits, as PIL does, and minds a colour profile.
      if (!upper) return channels % 2 === 1 ? { width, height, channels, data } : flattened(width, height, channels, data, background);
    }
    return await decodedPlainly(bytes, background);
  } catch (thrown) {
    if (thrown instanceof LatheError) throw thrown;
    if (/pixel limit|exceeds.*(limit|dimension)/i.test(toLatheError(thrown).message)) throw await tooLarge(bytes);
    throw damaged(thrown);
  }
}

/** What is in a picture of more than 8 bits; undefined of others. @throws LatheError `data.unreadable`, as `decodePicture` */
export async function deepSamplesOf(bytes: Uint8Array): Promise<DeepPicture | undefined> {
  const format = formatOf(bytes);
  if (format !== "png" && format !== "tiff") return undefined;
  try {
    const nature = await natureOf(bytes, format);
    return nature.kind === "deep" ? await readDeep(bytes, nature.metadata) : undefined;
  } catch (thrown) {
    throw thrown instanceof LatheError ? thrown : damaged(thrown);
  }
}

/** Whether a picture that can be decoded is in cyan, magenta, yellow and black without a profile. */
export async function isInInks(bytes: Uint8Array): Promise<boolean> {
  const format = formatOf(bytes);
  return (format === "jpeg" || format === "tiff") && (await natureOf(bytes, format)).kind === "inks";
}

/** Whether a picture is gray and transparent, and what is under it is not gray: libvips would make that gray too. */
export async function isGrayOnColours(bytes: Uint8Array, background: string): Promise<boolean> {
  if (new Set([1, 3, 5].map((at) => background.slice(at, at + 2))).size === 1) return false;
  const sharp = await loadSharp();
  const found = await sharp(bytes, { limitInputPixels: false, pages: 1 })
    .metadata()
    .catch(() => undefined);
  return found?.channels === 2;
}

async function decodedPlainly(bytes: Uint8Array, background: string): Promise<Picture> {
  const sharp = await loadSharp();
  const opened = sharp(bytes, { limitInputPixels: MOST_PIXELS, failOn: "error", pages: 1 });
  if (await isGrayOnColours(bytes, background)) opened.pipelineColourspace("srgb");
  const { data, info } = await opened.autoOrient().flatten({ background }).toColourspace("srgb").raw({ depth: "uchar" }).toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, channels: info.channels, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}

/** A file that sharp cannot read, as the end of a sentence that begins with the file's name; its own words, which speak of libraries, are the cause. */
export function damaged(thrown: unknown): LatheError {
  return new LatheError("data.unreadable", "is damaged or cut short; get it anew, or save it again as PNG or JPEG", {}, { cause: thrown });
}

async function tooLarge(bytes: Uint8Array): Promise<LatheError> {
  const sharp = await loadSharp();
  const { width, height } = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch(() => ({ width: 0, height: 0 }));
  return new LatheError(
    "data.unreadable",
    `is too large${width > 0 ? `: ${width} × ${height} pixels` : ""}, expected at most ${MOST_PIXELS / 1e6} megapixels; make it smaller`,
  );
}

function bitmap(bytes: Uint8Array, background: string): Picture {
  const { width, height, channels, data } = ownDecoder(() => decodeBmp(bytes, MOST_PIXELS));
  if (channels === 3) return { width, height, channels, data };
  // A file that calls itself transparent everywhere only has no alpha in its fourth byte.
  const hasAlpha = data.some((value, i) => i % 4 === 3 && value > 0);
  return flattened(width, height, 4, hasAlpha ? data : data.map((value, i) => (i % 4 === 3 ? 255 : value)), background);
}

/** What our own decoders find wrong, as the end of a sentence that begins with the file's name. */
function ownDecoder<T>(decode: () => T): T {
  try {
    return decode();
  } catch (thrown) {
    const { message } = toLatheError(thrown);
    const large = /^it has (\d+ × \d+ pixels)$/.exec(message);
    throw new LatheError(
      "data.unreadable",
      large ? `is too large: ${large[1]}, expected at most ${MOST_PIXELS / 1e6} megapixels; make it smaller` : `is damaged or cut short: ${message}`,
      {},
      { cause: thrown },
    );
  }
}

/** Gray or colours with alpha, on a background: `[height, width, 2 or 4]` to `[height, width, 3]`. */
function flattened(width: number, height: number, channels: number, pixels: Uint8Array, background: string): Picture {
  const under = [1, 3, 5].map((at) => Number.parseInt(background.slice(at, at + 2), 16));
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const alpha = (pixels[i * channels + channels - 1] ?? 0) / 255;
    for (let c = 0; c < 3; c++) data[i * 3 + c] = Math.round((pixels[i * channels + (channels === 4 ? c : 0)] ?? 0) * alpha + (under[c] ?? 0) * (1 - alpha));
  }
  return { width, height, channels: 3, data };
}

function threefold({ width, height, channels, data }: Picture): Picture {
  const out = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) out.fill(data[i * channels] ?? 0, i * 3, i * 3 + 3);
  return { width, height, channels: 3, data: out };
}
