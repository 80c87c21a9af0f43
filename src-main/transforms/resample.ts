import type { Picture } from "./picture.js";

/**
 * Antialiased bilinear resizing as PIL does it, and so torchvision's Resize of a picture: along each axis, first the rows then the columns, output i of n is a mean of
 * the inputs j of m under a triangle as wide as two outputs, at least two inputs. Its weights are ratios of whole numbers,
 *   n(i, j) = max(0, 2·max(m, n) - |(2j + 1)·n - (2i + 1)·m|),   w(i, j) = n(i, j) / Σ n(i, ·),
 * rounded to 22 bits; sums are exact and rounded, halves up, to 0 to 255 after each axis. Whatever computes them so, such as the exported model, gets the same pixels.
 */

/** Bits of a weight: 2²² is 1. */
export const WEIGHT_BITS = 22;
const ONE = 2 ** WEIGHT_BITS;

interface Window {
  readonly from: number;
  readonly weights: Int32Array;
}

/** Where each output looks, and with what weights. */
function windowsOf(m: number, n: number): readonly Window[] {
  const reach = 2 * Math.max(m, n);
  return Array.from({ length: n }, (_, i) => {
    const centre = (2 * i + 1) * m;
    // |(2j + 1)·n - centre| < reach
    const from = Math.max(0, Math.floor(((centre - reach) / n - 1) / 2) + 1);
    const to = Math.min(m, Math.ceil(((centre + reach) / n - 1) / 2));
    const shares = Array.from({ length: to - from }, (_, k) => Math.max(0, reach - Math.abs((2 * (from + k) + 1) * n - centre)));
    const sum = shares.reduce((a, b) => a + b, 0);
    return { from, weights: Int32Array.from(shares, (share) => Math.floor((2 * share * ONE + sum) / (2 * sum))) };
  });
}

/** @returns a picture of that size; the same one where it has it. */
export function resized(picture: Picture, width: number, height: number): Picture {
  const narrow = picture.width === width ? picture : alongRows(picture, width);
  return narrow.height === height ? narrow : alongColumns(narrow, height);
}

function alongRows({ width: m, height, channels, data }: Picture, n: number): Picture {
  const windows = windowsOf(m, n);
  const out = new Uint8Array(n * height * channels);
  for (let y = 0, at = 0; y < height; y++) {
    const row = y * m * channels;
    for (const { from, weights } of windows) {
      const start = row + from * channels;
      const length = weights.length;
      if (channels === 3) {
        let [r, g, b] = [ONE / 2, ONE / 2, ONE / 2];
        for (let k = 0, p = start; k < length; k++, p += 3) {
          const w = weights[k] ?? 0;
          r = (r + Math.imul(w, data[p] ?? 0)) | 0;
          g = (g + Math.imul(w, data[p + 1] ?? 0)) | 0;
          b = (b + Math.imul(w, data[p + 2] ?? 0)) | 0;
        }
        out[at++] = clip(r >> WEIGHT_BITS);
        out[at++] = clip(g >> WEIGHT_BITS);
        out[at++] = clip(b >> WEIGHT_BITS);
        continue;
      }
      for (let c = 0; c < channels; c++) {
        let sum = ONE / 2;
        for (let k = 0, p = start + c; k < length; k++, p += channels) sum = (sum + Math.imul(weights[k] ?? 0, data[p] ?? 0)) | 0;
        out[at++] = clip(sum >> WEIGHT_BITS);
      }
    }
  }
  return { width: n, height, channels, data: out };
}

function alongColumns({ width, height: m, channels, data }: Picture, n: number): Picture {
  const stride = width * channels;
  const out = new Uint8Array(n * stride);
  const sums = new Int32Array(stride);
  windowsOf(m, n).forEach(({ from, weights }, y) => {
    sums.fill(ONE / 2);
    for (let k = 0; k < weights.length; k++) {
      const w = weights[k] ?? 0;
      if (w === 0) continue;
      const row = (from + k) * stride;
      for (let x = 0; x < stride; x++) sums[x] = (sums[x] ?? 0) + w * (data[row + x] ?? 0);
    }
    for (let x = 0, at = y * stride; x < stride; x++) out[at++] = clip((sums[x] ?? 0) >> WEIGHT_BITS);
  });
  return { width, height: n, channels, data: out };
}

/** Weights sum to 2²² but for their rounding, so a sum may pass 255 by a hair. */
function clip(value: number): number {
  return value > 255 ? 255 : value;
}
