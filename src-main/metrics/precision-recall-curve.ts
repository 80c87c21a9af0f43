import type { CurveDefinition } from "./metric.js";

/**
 * Recall against precision over rising thresholds, ending at recall 0 and precision 1, a point without a threshold, as torchmetrics has it; needs positives.
 */
export const precisionRecallCurve: CurveDefinition = {
  type: "precisionRecall",
  summary: "Precision against recall, over all thresholds.",
  x: "recall",
  y: "precision",
  points: ({ positives, thresholds, truePositives, falsePositives }) => {
    const length = thresholds.length;
    if (positives === 0 || length === 0) return undefined;
    const x = new Float64Array(length + 1);
    const y = new Float64Array(length + 1);
    for (let i = 0; i < length; i++) {
      const tp = truePositives[length - 1 - i] ?? 0;
      x[i] = tp / positives;
      y[i] = tp / (tp + (falsePositives[length - 1 - i] ?? 0));
    }
    y[length] = 1;
    return { x, y, thresholds: thresholds.toReversed() };
  },
};
