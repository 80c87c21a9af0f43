import { Lru } from "../base/lru.js";

/** Bits of a weight: 2²² is 1. */
export const WEIGHT_BITS = 22;
const ONE = 2 ** WEIGHT_BITS;

/** Where each output looks, and with what weights. */
export type Windows = readonly { readonly from: number; readonly weights: Int32Array }[];

/** Pictures of a folder often have one size, and crops of one are of few. */
const KEPT = 256;
const known = new Lru<string, Windows>(KEPT);

/** The windows of n outputs over m inputs, as `resample.ts` defines them. */
export function windowsOf(m: number, n: number): Windows {
  const key = `${m} ${n}`;
  const before = known.get(key);
  if (before) return before;
  const windows = makeWindows(m, n);
  known.set(key, windows);
  return windows;
}

function makeWindows(m: number, n: number): Windows {
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
