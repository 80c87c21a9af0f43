import { finiteOrNull } from "../base/finite.js";
import { createRegistry } from "../base/registry.js";
import { accuracy } from "./accuracy.js";
import { auroc } from "./auroc.js";
import { averagePrecision } from "./average-precision.js";
import { calibrationError } from "./calibration-error.js";
import { exactMatch } from "./exact-match.js";
import { f1 } from "./f1.js";
import { hammingDistance } from "./hamming-distance.js";
import { labelsView, rankedLabels } from "./label-view.js";
import { logloss } from "./logloss.js";
import { mae } from "./mae.js";
import { mape } from "./mape.js";
import type {
  BinaryData,
  CategoryData,
  CurveDefinition,
  EmbeddingView,
  LabelsData,
  LabelsView,
  MetricDefinition,
  MetricValues,
  NumericData,
  RawValues,
} from "./metric.js";
import { mse } from "./mse.js";
import { oneVsRest } from "./one-vs-rest.js";
import { precision } from "./precision.js";
import { precisionAt1 } from "./precision-at-1.js";
import { precisionRecallCurve } from "./precision-recall-curve.js";
import { r2 } from "./r2.js";
import { rankClass } from "./ranking.js";
import { recall } from "./recall.js";
import { rmse } from "./rmse.js";
import { rocCurve } from "./roc-curve.js";
import { smape } from "./smape.js";
import { binaryView, categoryView, numericView } from "./views.js";

/** Every metric, in the order of a report. */
export const metrics = createRegistry<MetricDefinition>("metric", [
  accuracy,
  precision,
  recall,
  f1,
  exactMatch,
  hammingDistance,
  auroc,
  averagePrecision,
  logloss,
  calibrationError,
  mse,
  rmse,
  mae,
  mape,
  smape,
  r2,
  precisionAt1,
]);

/** Every curve over decision thresholds. */
export const curves = createRegistry<CurveDefinition>("curve", [rocCurve, precisionRecallCurve]);

/** Metric values, and for classes the samples by actual (row) and predicted (column) class. */
export interface ClassEvaluation {
  readonly values: MetricValues;
  readonly confusion: number[][];
}

/** All metrics of a target with several classes. The class with the largest probability is the predicted one, the first of several. O(K·n log n). */
export function evaluateCategory(data: CategoryData): ClassEvaluation {
  const view = categoryView(data);
  const ranked = oneVsRest(view, metrics.all);
  return { values: finite(metrics.all.flatMap((m) => [m.category?.(view), ranked.get(m.type)])), confusion: view.counts.confusion };
}

/** All metrics of a yes-or-no target; `precision`, `recall` and `f1` alone are those of yes. O(n log n). */
export function evaluateBinary(data: BinaryData): ClassEvaluation {
  const view = binaryView(data);
  const ranking = rankClass(view.probabilities, view.targets, 1);
  const ranked = (m: MetricDefinition) => m.ranked && { [m.type]: m.ranked(ranking) };
  return { values: finite(metrics.all.flatMap((m) => [m.binary?.(view), ranked(m)])), confusion: view.counts.confusion };
}

/** All metrics of a target of labels, over all and by label, and how the decisions on each fell. O(K·n log n). */
export function evaluateLabels(data: LabelsData): { readonly values: MetricValues; readonly counts: LabelsView["counts"] } {
  const view = labelsView(data);
  return { values: finite([...metrics.all.map((m) => m.labels?.(view)), rankedLabels(view, metrics.all)]), counts: view.counts };
}

/** All metrics of a target of numbers, or of a forecast: over all columns, and by column where there are several. O(n). */
export function evaluateNumeric(data: NumericData): { readonly values: MetricValues } {
  const view = numericView(data);
  const measured = metrics.all.filter((m) => data.forecast === true || !m.forecastsOnly);
  return { values: finite(measured.map((m) => m.numeric?.(view))) };
}

/** All metrics of points that samples of one class share a neighbourhood by. O(n²) of up to some thousand samples. */
export function evaluateEmbedding(view: EmbeddingView): { readonly values: MetricValues } {
  return { values: finite(metrics.all.map((m) => m.embedding?.(view))) };
}

function finite(parts: readonly (RawValues | undefined)[]): MetricValues {
  const entries = parts.flatMap((part) => Object.entries(part ?? {}));
  return Object.fromEntries(entries.map(([name, value]) => [name, finiteOrNull(value)]));
}
