import { ratio } from "./averages.js";
import { sum } from "./class-counts.js";
import { labelAverages, rightDecisions } from "./label-view.js";
import type { CategoryView, CountedPredictions, LabelsView, MetricDefinition, RawValues } from "./metric.js";

/** So many of the likeliest classes may hold the true one; told only where there are more classes than that. */
const TOP = [3, 5] as const;

/**
 * Share of samples whose class is predicted (torchmetrics' Accuracy with `average="micro"`), or is among the k likeliest (`top_k=k`, as `accuracy.top<k>`). Of
 * labels, of all decisions.
 */
export const accuracy: MetricDefinition = {
  type: "accuracy",
  summary: "Share of samples that are predicted right.",
  better: "higher",
  category: (view) => ({ ...share(view), ...amongTop(view) }),
  binary: share,
  labels: (view) => ({ accuracy: rightDecisions(view), ...byLabel(view) }),
};

/** Of labels it is the same on average and pooled: every label has as many decisions. */
function byLabel(view: LabelsView): RawValues {
  const {
    "accuracy.macro": _macro,
    "accuracy.micro": _micro,
    ...rest
  } = labelAverages("accuracy", view, (tp, fp, fn, tn) => ratio(tp + tn, tp + fp + fn + tn));
  return rest;
}

function share(view: CountedPredictions): RawValues {
  return { accuracy: view.rows === 0 ? undefined : ratio(sum(view.counts.truePositives), view.rows) };
}

function amongTop({ rows, classes: { length: width }, probabilities, targets }: CategoryView): RawValues {
  const told = TOP.filter((k) => k < width);
  if (told.length === 0) return {};
  const ranks = new Float64Array(width);
  for (let i = 0; i < rows; i++) {
    const rank = rankOf(probabilities, i, width, targets[i] ?? 0);
    ranks[rank] = (ranks[rank] ?? 0) + 1;
  }
  return Object.fromEntries(told.map((k) => [`accuracy.top${k}`, rows === 0 ? undefined : sum([...ranks.subarray(0, k)]) / rows]));
}

/** Classes that come before class `k` by probability, the first of equal ones first, as for the predicted class. A probability that is no number comes last. */
function rankOf(values: Float32Array, row: number, width: number, k: number): number {
  const own = values[row * width + k] ?? Number.NaN;
  if (Number.isNaN(own)) return width - 1;
  let rank = 0;
  for (let j = 0; j < width; j++) {
    const other = values[row * width + j] ?? Number.NaN;
    if (other > own || (other === own && j < k)) rank++;
  }
  return rank;
}
