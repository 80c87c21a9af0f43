import type { Picture } from "./picture.js";
import { columnsInVectors, rowsInVectors } from "./resample-vectors.js";
import { WEIGHT_BITS, type Windows, windowsOf } from "./resample-windows.js";

const ONE = 2 ** WEIGHT_BITS;

/**
 * Antialiased bilinear resizing as PIL does it, and so torchvision's Resize of a picture: along each axis, first the rows then the columns, output i of n is a
 * mean of the inputs j of m under a triangle as wide as two outputs, at least two inputs. Its weights are ratios of whole numbers,
 *   n(i, j) = max(0, 2·max(m, n) - |(2j + 1)·n - (2i + 1)·m|),   w(i, j) = n(i, j) / Σ n(i, ·),
 * rounded to 22 bits; sums are exact and rounded, halves up, to 0 to 255 after each axis. Whatever computes them so, such as the exported model, gets the same
 * pixels.
 * @returns a picture of that size; the same one where it has it.
 */
export function resized(picture: Picture, width: number, height: number): Picture {
  const across = windowsOf(picture.width, width);
  const narrow = picture.width === width ? picture : (rowsInVectors(picture, across) ?? alongRows(picture, across));
  if (narrow.height === height) return narrow;
  const down = windowsOf(picture.height, height);
  return columnsInVectors(narrow, down) ?? alongColumns(narrow, down);
}

/** The same a number at a time: for machines without vectors, for pictures that are very large, and to compare with. */
export function resizedPlainly(picture: Picture, width: number, height: number): Picture {
  const narrow = picture.width === width ? picture : alongRows(picture, windowsOf(picture.width, width));
  return narrow.height === height ? narrow : alongColumns(narrow, windowsOf(narrow.height, height));
}

function alongRows({ width: m, height, channels, data }: Picture, windows: Windows): Picture {
  const n = windows.length;
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

function alongColumns({ width, channels, data }: Picture, windows: Windows): Picture {
  const n = windows.length;
  const stride = width * channels;
  const out = new Uint8Array(n * stride);
  const sums = new Int32Array(stride);
  windows.forEach(({ from, weights }, y) => {
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
