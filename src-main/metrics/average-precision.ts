import type { MetricDefinition } from "./metric.js";
import type { Ranking } from "./ranking.js";

/**
 * Σ (Rᵢ - Rᵢ₋₁)·Pᵢ over falling thresholds, without interpolation. With several classes the mean of each against the rest, excluding classes that never
 * occur.
 */
export const averagePrecision: MetricDefinition = {
  type: "averagePrecision",
  summary: "Precision averaged over all levels of recall; better than AUROC where positives are rare.",
  better: "higher",
  ranked: average,
};

function average({ positives, truePositives, falsePositives }: Ranking): number | undefined {
  if (positives === 0 || truePositives.length === 0) return undefined;
  let total = 0;
  let tp = 0;
  for (let i = 0; i < truePositives.length; i++) {
    const next = truePositives[i] ?? 0;
    total += (next - tp) * (next / (next + (falsePositives[i] ?? 0)));
    tp = next;
  }
  return total / positives;
}
