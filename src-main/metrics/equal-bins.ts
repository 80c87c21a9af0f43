/**
 * Values counted in bins of equal width from min to max; the last one holds max, and there is only one where both are equal.
 * @param values from min to max.
 */
export function equalBins(
  values: Float64Array,
  { min, max, bins: wanted }: { readonly min: number; readonly max: number; readonly bins: number },
): { readonly edges: number[]; readonly counts: number[] } {
  const bins = max > min ? wanted : 1;
  const edges = Array.from({ length: bins + 1 }, (_, e) => (e === bins ? max : min + ((max - min) * e) / bins));
  const counts = Array.from({ length: bins }, () => 0);
  for (const value of values) {
    const bin = max > min ? Math.min(bins - 1, Math.floor(((value - min) / (max - min)) * bins)) : 0;
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { edges, counts };
}
