import { byColumn, columnMean, squaredError } from "./columns.js";
import type { MetricDefinition } from "./metric.js";

/** Mean of (prediction - target)² over samples and columns. */
export const mse: MetricDefinition = {
  type: "mse",
  summary: "Mean squared error; large mistakes count most.",
  better: "lower",
  numeric: (view) => byColumn("mse", view, (k) => columnMean(view, k, squaredError)),
};
