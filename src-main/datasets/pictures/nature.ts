import type { Metadata } from "sharp";
import { LatheError } from "../../base/errors.js";
import { MOST_PIXELS } from "../../base/limits.js";
import type { Picture } from "../../transforms/picture.js";
import type { PictureFormat } from "./formats.js";
import { jpegComponents } from "./header.js";
import { loadSharp } from "./load-sharp.js";

/** What there is to mind in a picture before it is decoded: samples of more than 8 bits, inks without a profile, or nothing. */
export type Nature = { readonly kind: "plain" | "inks" } | { readonly kind: "deep"; readonly metadata: Metadata };

/** How many channels there are of what libvips calls the space, alpha among them. */
const CHANNELS: Readonly<Record<string, readonly number[]>> = { "b-w": [1, 2], grey16: [1, 2], srgb: [3, 4], rgb16: [3, 4], cmyk: [4] };

/** @throws LatheError `data.unreadable` for colours that are not read; an error of sharp's where the header is damaged */
export async function natureOf(bytes: Uint8Array, format: PictureFormat): Promise<Nature> {
  if (format === "png") return bytes[24] === 16 ? { kind: "deep", metadata: await metadataOf(bytes) } : { kind: "plain" };
  if (format === "jpeg") return jpegComponents(bytes) === 4 && !(await metadataOf(bytes)).icc ? { kind: "inks" } : { kind: "plain" };
  if (format !== "tiff") return { kind: "plain" };
  if (isLab(bytes)) throw new LatheError("data.unreadable", "is in Lab, whose colours are not read; save it in RGB");
  const metadata = await metadataOf(bytes);
  const { space, channels, depth, icc } = metadata;
  if (CHANNELS[space]?.includes(channels) === false || (CHANNELS[space] === undefined && depth === "uchar"))
    throw new LatheError(
      "data.unreadable",
      `has ${channels} channel${channels === 1 ? "" : "s"}, expected gray or RGB, with or without alpha, or CMYK; save it as one of these`,
    );
  if (depth !== "uchar") return { kind: "deep", metadata };
  return { kind: space === "cmyk" && !icc ? "inks" : "plain" };
}

async function metadataOf(bytes: Uint8Array): Promise<Metadata> {
  const sharp = await loadSharp();
  return sharp(bytes, { limitInputPixels: false, failOn: "error", pages: 1 }).metadata();
}

/** PhotometricInterpretation of the first page is CIELab, ICCLab or ITULab. TIFF 6.0, section 23 */
function isLab(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const little = bytes[0] === 0x49;
  if (bytes.length < 8 || view.getUint16(2, little) !== 42) return false;
  const at = view.getUint32(4, little);
  if (at + 2 > bytes.length) return false;
  for (let i = 0, entry = at + 2; i < view.getUint16(at, little) && entry + 12 <= bytes.length; i++, entry += 12)
    if (view.getUint16(entry, little) === PHOTOMETRIC) return LAB.includes(view.getUint16(entry + 8, little));
  return false;
}

const PHOTOMETRIC = 262;
const LAB: readonly number[] = [8, 9, 10];

/**
 * Cyan, magenta, yellow and black without a profile as PIL has them: R = max(0, 255 - K - ⌊C·(255 - K) / 255⌉), so for G and B. libvips would take a profile of
 * its own.
 */
export async function inksAsColours(bytes: Uint8Array): Promise<Picture> {
  const sharp = await loadSharp();
  const { data, info } = await sharp(bytes, { limitInputPixels: MOST_PIXELS, failOn: "error", pages: 1, ignoreIcc: true })
    .autoOrient()
    .pipelineColourspace("cmyk")
    .toColourspace("cmyk")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const colours = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) {
    const light = 255 - (data[i * channels + 3] ?? 0);
    for (let c = 0; c < 3; c++) {
      const product = (data[i * channels + c] ?? 0) * light + 128;
      colours[i * 3 + c] = Math.max(0, light - ((product + (product >> 8)) >> 8));
    }
  }
  return { width, height, channels: 3, data: colours };
}
