import { rightDecisions } from "./label-view.js";
import type { MetricDefinition } from "./metric.js";

/** Share of the decisions on labels that are wrong. torchmetrics' MultilabelHammingDistance */
export const hammingDistance: MetricDefinition = {
  type: "hamming",
  summary: "Share of all decisions on labels that are wrong.",
  better: "lower",
  labels: (view) => {
    const right = rightDecisions(view);
    return { hamming: right === undefined ? undefined : 1 - right };
  },
};
