import { type Picture, grayOf } from "../../transforms/picture.js";
import { resized } from "../../transforms/resample.js";

/**
 * A 128-bit fingerprint of how a picture looks (dHash, along rows and columns): in gray at 9 × 8 whether each pixel is brighter than the one to its right, and
 * at 8 × 9 whether it is brighter than the one below. Pictures that look alike, resized or compressed anew, differ in few bits. As 32 hexadecimal digits.
 */
export function likenessOf(picture: Picture): string {
  // Both go by way of a smaller picture: a large one is summed up once.
  const gray = resized(grayOf(picture), 36, 36);
  const [wide, tall] = [resized(gray, 9, 8).data, resized(gray, 8, 9).data];
  const bits: number[] = [];
  for (let y = 0; y < 8; y++) for (let x = 0; x < 8; x++) bits.push((wide[y * 9 + x] ?? 0) > (wide[y * 9 + x + 1] ?? 0) ? 1 : 0);
  for (let y = 0; y < 8; y++) for (let x = 0; x < 8; x++) bits.push((tall[y * 8 + x] ?? 0) > (tall[(y + 1) * 8 + x] ?? 0) ? 1 : 0);
  return Array.from({ length: 32 }, (_, k) =>
    bits
      .slice(k * 4, k * 4 + 4)
      .reduce((sum, bit) => sum * 2 + bit, 0)
      .toString(16),
  ).join("");
}

/** Bits in which two fingerprints may differ to count as alike. */
export const ALIKE = 5;
/** A difference of so many bits or fewer leaves at least one of these parts equal: 32 digits in 6 parts, of 5 or 6 digits. */
const PARTS: readonly (readonly [number, number])[] = [
  [0, 5],
  [5, 10],
  [10, 15],
  [15, 20],
  [20, 26],
  [26, 32],
];

/**
 * Pairs of fingerprints that differ in 1 to 5 bits, each pair once, found by their equal parts instead of by comparing all with all.
 * @param fingerprints each once. @param most pairs are listed.
 */
export function alikePairs(fingerprints: readonly string[], most: number): readonly (readonly [string, string])[] {
  const pairs = new Map<string, readonly [string, string]>();
  const words = Int32Array.from(fingerprints.flatMap((fingerprint) => [0, 8, 16, 24].map((at) => Number.parseInt(fingerprint.slice(at, at + 8), 16))));
  for (const [from, to] of PARTS) {
    const buckets = new Map<string, number[]>();
    fingerprints.forEach((fingerprint, k) => {
      const part = fingerprint.slice(from, to);
      const bucket = buckets.get(part);
      if (bucket) bucket.push(k);
      else buckets.set(part, [k]);
    });
    for (const bucket of buckets.values()) {
      for (let i = 0; i < bucket.length; i++) {
        for (let j = i + 1; j < Math.min(bucket.length, i + NEIGHBOURS); j++) {
          const [k = 0, l = 0] = [bucket[i], bucket[j]];
          if (!areAlike(words, k, l)) continue;
          const [a = "", b = ""] = [fingerprints[k], fingerprints[l]];
          pairs.set(a < b ? a + b : b + a, [a, b]);
          if (pairs.size >= most) return [...pairs.values()];
        }
      }
    }
  }
  return [...pairs.values()];
}

/** Fingerprints with an equal part that each is compared with: what bounds the work where very many look alike. */
const NEIGHBOURS = 200;

/** @param words four of 32 bits for each fingerprint. */
function areAlike(words: Int32Array, k: number, l: number): boolean {
  let count = 0;
  for (let w = 0; w < 4 && count <= ALIKE; w++) count += onesIn((words[k * 4 + w] ?? 0) ^ (words[l * 4 + w] ?? 0));
  return count <= ALIKE;
}

/** Bits set among 32, summed in pairs, fours and bytes. */
function onesIn(bits: number): number {
  const pairs = bits - ((bits >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
