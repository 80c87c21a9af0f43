import { byColumn, columnMean, SMALLEST_DIVISOR } from "./columns.js";
import type { MetricDefinition } from "./metric.js";

/** Mean of |prediction - target| / |target|: a share, 0.05 for 5 %. Of a target of 0 it is very large. torchmetrics' MeanAbsolutePercentageError */
export const mape: MetricDefinition = {
  type: "mape",
  summary: "Mean absolute percentage error: how far off predictions are, as a share of the truth; says nothing where truths are near zero.",
  better: "lower",
  forecastsOnly: true,
  numeric: (view) => byColumn("mape", view, (k) => columnMean(view, k, percentageError)),
};

export function percentageError(prediction: number, target: number): number {
  return Math.abs(prediction - target) / Math.max(Math.abs(target), SMALLEST_DIVISOR);
}
