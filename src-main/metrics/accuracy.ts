import { ratio } from "./averages.js";
import { sum } from "./class-counts.js";
import type { Decisions, MetricDefinition } from "./metric.js";

/** Share of samples whose class is predicted (torchmetrics' Accuracy with `average="micro"`). */
export const accuracy: MetricDefinition = {
  type: "accuracy",
  summary: "Share of samples that are predicted right.",
  better: "higher",
  category: share,
  binary: share,
};

function share(view: Decisions) {
  return { accuracy: view.rows === 0 ? undefined : ratio(sum(view.counts.truePositives), view.rows) };
}
