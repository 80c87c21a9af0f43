import type { MetricDefinition } from "./metric.js";

/** Share of samples whose labels are all right. torchmetrics' MultilabelExactMatch */
export const exactMatch: MetricDefinition = {
  type: "exact",
  summary: "Share of samples of which every label is right.",
  better: "higher",
  labels: ({ exact, whole }) => ({ exact: whole === 0 ? undefined : exact / whole }),
};
