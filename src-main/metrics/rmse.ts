import { byColumn, columnMean, meanOf, squaredError } from "./columns.js";
import type { MetricDefinition } from "./metric.js";

/** √MSE; over several columns the root of the MSE over all of them. */
export const rmse: MetricDefinition = {
  type: "rmse",
  summary: "Root of the mean squared error, in the target's own unit.",
  better: "lower",
  numeric: (view) =>
    byColumn(
      "rmse",
      view,
      (k) => Math.sqrt(columnMean(view, k, squaredError)),
      (values) => Math.sqrt(meanOf(values.map((v) => v && v ** 2)) ?? NaN),
    ),
};
