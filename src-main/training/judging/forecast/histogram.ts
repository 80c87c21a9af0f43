import { equalBins } from "../../../metrics/equal-bins.js";

const MOST_BINS = 60;

/**
 * Bins of equal width, by Freedman and Diaconis (1981): 2·IQR/n^⅓ wide; by Sturges where the middle half is all one value. What is not a finite number is left
 * out.
 */
export function histogramOf(values: Float64Array): { readonly edges: number[]; readonly counts: number[] } {
  const sorted = values.filter((value) => Number.isFinite(value)).sort();
  const n = sorted.length;
  if (n === 0) return { edges: [], counts: [] };
  const [min, max] = [sorted[0] ?? 0, sorted[n - 1] ?? 0];
  const width = (2 * (quantile(sorted, 0.75) - quantile(sorted, 0.25))) / Math.cbrt(n);
  const wanted = width > 0 ? Math.ceil((max - min) / width) : Math.ceil(Math.log2(n)) + 1;
  return equalBins(sorted, { min, max, bins: Math.min(Math.max(wanted, 1), MOST_BINS) });
}

/** By linear interpolation between neighbours, as numpy's. */
function quantile(sorted: Float64Array, share: number): number {
  const place = (sorted.length - 1) * share;
  const [low, high] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0];
  return low + (high - low) * (place - Math.floor(place));
}
