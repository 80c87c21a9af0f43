import { lumaInVectors } from "./luma-vectors.js";

/** A picture as transforms see it: `[height, width, channels]` of 0 to 255, channels 1 (gray) or 3 (red, green, blue). */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

/** A black picture, or one of `fill`. */
export function blank(width: number, height: number, channels: number, fill: readonly number[] = [0]): Picture {
  const data = new Uint8Array(width * height * channels);
  const [first = 0] = fill;
  if (fill.every((v) => v === first)) data.fill(first);
  else for (let i = 0; i < data.length; i++) data[i] = fill[(i % channels) % fill.length] ?? 0;
  return { width, height, channels, data };
}

/** The part of a picture from (left, top) on; what lies outside it is `fill`. */
export function cropped(picture: Picture, left: number, top: number, width: number, height: number, fill: readonly number[] = [0]): Picture {
  const { channels, data } = picture;
  if (left === 0 && top === 0 && width === picture.width && height === picture.height) return picture;
  const inside = left >= 0 && top >= 0 && left + width <= picture.width && top + height <= picture.height;
  const result = inside ? { width, height, channels, data: new Uint8Array(width * height * channels) } : blank(width, height, channels, fill);
  const from = Math.max(0, left);
  const to = Math.min(picture.width, left + width);
  if (to <= from) return result;
  for (let y = Math.max(0, top); y < Math.min(picture.height, top + height); y++) {
    const row = y * picture.width;
    result.data.set(data.subarray((row + from) * channels, (row + to) * channels), ((y - top) * width + from - left) * channels);
  }
  return result;
}

/** ITU-R 601-2 luma as PIL computes it: L = (19595·R + 38470·G + 7471·B + 2¹⁵) / 2¹⁶, rounded down. */
export function luma(red: number, green: number, blue: number): number {
  return (19595 * red + 38470 * green + 7471 * blue + 0x8000) >> 16;
}

/** One channel of luma. */
export function grayOf({ width, height, channels, data }: Picture): Picture {
  if (channels === 1) return { width, height, channels, data };
  const gray = new Uint8Array(width * height);
  if (channels === 3 && lumaInVectors(data, gray)) return { width, height, channels: 1, data: gray };
  for (let i = 0, k = 0; i < gray.length; i++, k += channels) gray[i] = luma(data[k] ?? 0, data[k + 1] ?? 0, data[k + 2] ?? 0);
  return { width, height, channels: 1, data: gray };
}
