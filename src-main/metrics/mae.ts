import { byColumn, columnMean } from "./columns.js";
import type { MetricDefinition } from "./metric.js";

/** Mean of |prediction - target| over samples and columns. */
export const mae: MetricDefinition = {
  type: "mae",
  summary: "Mean absolute error: how far off predictions are, in the target's own unit.",
  better: "lower",
  numeric: (view) => byColumn("mae", view, (k) => columnMean(view, k, (prediction, target) => Math.abs(prediction - target))),
};
