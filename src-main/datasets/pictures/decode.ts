import { type Stats, readFileSync, statSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { isAbsolute } from "node:path";
import sharp from "sharp";
import { mayBeRead } from "../../base/allowed-folders.js";
import { LatheError, toLatheError } from "../../base/errors.js";
import { type Picture, grayOf } from "../../transforms/picture.js";
import "./allowed-loaders.js";
import { decodeBmp } from "./bmp.js";
import { ABSOLUTE, FORMATS, formatOf } from "./formats.js";
import { pixelsByHeader } from "./header.js";

/** Larger pictures are not decoded: 100 megapixels are 300 MB. What a small file says it holds may be more than any memory. */
export const MOST_PIXELS = 100_000_000;
/** Longer files are not read. */
const MOST_BYTES = 512 << 20;

// Each picture is decoded in one thread; several are at work at once.
sharp.concurrency(1);
sharp.cache(false);

/** How a picture is to be seen. */
export interface Look {
  readonly color: "rgb" | "gray";
  /** `#ffffff` */
  readonly background: string;
}

/**
 * Bytes in memory for each pixel while it is decoded, by what a file says of itself: whole in 16 bits where it is interlaced, then in 8, then for the network.
 */
const BYTES_A_PIXEL = 16;

/** How much memory decoding a picture takes at most, with its file; by its header alone. What cannot be told is told when it is decoded. */
export async function bytesToDecode(file: Uint8Array): Promise<number> {
  const pixels =
    pixelsByHeader(file) ??
    (await sharp(file, { limitInputPixels: false })
      .metadata()
      .then(
        ({ width, height }) => width * height,
        () => 0,
      ));
  // What is larger is not decoded at all.
  return file.length + (pixels > MOST_PIXELS ? 0 : pixels * BYTES_A_PIXEL);
}

const GONE = "is not there any more";

/** Why a picture that a table names cannot be used. One that is named by an absolute path may well be there, but was not looked for there. */
export function whyBad(path: string, reason: string): string {
  return reason === GONE && isAbsolute(path) ? ABSOLUTE : reason;
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
    ENOENT: GONE,
    EACCES: "may not be opened (permission denied)",
    EPERM: "may not be opened (permission denied)",
    ELOOP: "is a link that leads in a circle",
  }[code];
  return new LatheError("data.unreadable", why ?? `cannot be opened: ${message}`, {}, { cause: thrown });
}

/**
 * The picture in a file as it is meant to be seen: turned by its EXIF orientation, the first frame, in sRGB with 8 bits, on the background where it is
 * transparent.
 * @throws LatheError `data.unreadable`, as `readPictureFile`
 */
export async function decodePicture(bytes: Uint8Array, { color, background }: Look): Promise<Picture> {
  const format = formatOf(bytes);
  if (format === undefined) throw new LatheError("data.unreadable", `is no picture by its content, expected ${FORMATS}`);
  const raw = format === "bmp" ? bitmap(bytes, background) : await decoded(bytes, background);
  return color === "gray" ? grayOf(raw) : raw.channels === 3 ? raw : threefold(raw);
}

async function decoded(bytes: Uint8Array, background: string): Promise<Picture> {
  try {
    const { data, info } = await sharp(bytes, { limitInputPixels: MOST_PIXELS, failOn: "error", pages: 1 })
      .autoOrient()
      .flatten({ background })
      .toColourspace("srgb")
      .raw({ depth: "uchar" })
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, channels: info.channels, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
  } catch (thrown) {
    const error = damaged(thrown);
    if (/pixel limit|exceeds.*(limit|dimension)/i.test(error.message)) throw await tooLarge(bytes);
    throw error;
  }
}

/** What sharp says of a file that it cannot read, as the end of a sentence that begins with the file's name. */
export function damaged(thrown: unknown): LatheError {
  const reason = toLatheError(thrown)
    .message.replaceAll(/\s+/g, " ")
    .replace(/[: ]+$/, "");
  return new LatheError("data.unreadable", `is damaged or cut short: ${reason.slice(0, 200)}`, {}, { cause: thrown });
}

async function tooLarge(bytes: Uint8Array): Promise<LatheError> {
  const { width, height } = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch(() => ({ width: 0, height: 0 }));
  return new LatheError(
    "data.unreadable",
    `is too large${width > 0 ? `: ${width} × ${height} pixels` : ""}, expected at most ${MOST_PIXELS / 1e6} megapixels; make it smaller`,
  );
}

function bitmap(bytes: Uint8Array, background: string): Picture {
  try {
    const { width, height, channels, data } = decodeBmp(bytes, MOST_PIXELS);
    return channels === 3 ? { width, height, channels, data } : flattened(width, height, data, background);
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

/** A file that calls itself transparent everywhere only has no alpha in its fourth byte. */
function flattened(width: number, height: number, rgba: Uint8Array, background: string): Picture {
  const under = [1, 3, 5].map((at) => Number.parseInt(background.slice(at, at + 2), 16));
  const hasAlpha = rgba.some((value, i) => i % 4 === 3 && value > 0);
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const alpha = hasAlpha ? (rgba[i * 4 + 3] ?? 0) / 255 : 1;
    for (let c = 0; c < 3; c++) data[i * 3 + c] = Math.round((rgba[i * 4 + c] ?? 0) * alpha + (under[c] ?? 0) * (1 - alpha));
  }
  return { width, height, channels: 3, data };
}

function threefold({ width, height, channels, data }: Picture): Picture {
  const out = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) out.fill(data[i * channels] ?? 0, i * 3, i * 3 + 3);
  return { width, height, channels: 3, data: out };
}
