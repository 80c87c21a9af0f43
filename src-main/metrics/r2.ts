import { byColumn, columnMean, squaredError } from "./columns.js";
import type { MetricDefinition, NumericView } from "./metric.js";

/**
 * 1 - Σ(y - ŷ)² / Σ(y - ȳ)², averaged over columns; needs two samples that have a target. Of a constant column it is 1 where every prediction is
 * right, else 0, as in torchmetrics; but that calls any column constant whose sums are below 1e-4, whatever its unit, and here only equal values are.
 */
export const r2: MetricDefinition = {
  type: "r2",
  summary: "Share of the target's variation that is explained: 1 is perfect, 0 no better than the mean.",
  better: "higher",
  numeric: (view) => byColumn("r2", view, (k) => determination(view, k)),
};

function determination(view: NumericView, k: number): number | undefined {
  const width = view.columns.length;
  const there = (_: number, i: number) => i % width === k && !Number.isNaN(view.targets[i]);
  const first = view.targets.findIndex(there);
  if (first < 0 || !view.targets.some((target, i) => i > first && there(target, i))) return undefined;
  // Distances from the first target: exactly zero for a constant column, and no cancellation far from zero.
  const origin = view.targets[first] ?? NaN;
  const mean = columnMean(view, k, (_, target) => target - origin);
  const variance = columnMean(view, k, (_, target) => (target - origin - mean) ** 2);
  const error = columnMean(view, k, squaredError);
  if (variance === 0) return error === 0 ? 1 : 0;
  return 1 - error / variance;
}
