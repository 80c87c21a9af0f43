import { byColumn, columnMean, SMALLEST_DIVISOR } from "./columns.js";
import type { MetricDefinition } from "./metric.js";

/** Mean of 2·|prediction - target| / (|prediction| + |target|): from 0 to 2. torchmetrics' SymmetricMeanAbsolutePercentageError */
export const smape: MetricDefinition = {
  type: "smape",
  summary: "Symmetric mean absolute percentage error: how far off predictions are, as a share of the mean of prediction and truth; 2 at most.",
  better: "lower",
  forecastsOnly: true,
  numeric: (view) => byColumn("smape", view, (k) => columnMean(view, k, symmetricPercentageError)),
};

export function symmetricPercentageError(prediction: number, target: number): number {
  return (2 * Math.abs(prediction - target)) / Math.max(Math.abs(target) + Math.abs(prediction), SMALLEST_DIVISOR);
}
