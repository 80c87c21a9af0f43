import type { CurveDefinition } from "./metric.js";

/** False-positive rate against true-positive rate, from (0, 0); needs both classes. The first threshold is 1, as torchmetrics has it. */
export const rocCurve: CurveDefinition = {
  type: "roc",
  summary: "Share of positives found against share of negatives wrongly called positive, over all thresholds.",
  x: "false positive rate",
  y: "true positive rate",
  points: (ranking) => {
    const { positives, negatives, truePositives, falsePositives } = ranking;
    const length = ranking.thresholds.length;
    if (positives === 0 || negatives === 0 || length === 0) return undefined;
    const x = new Float64Array(length + 1);
    const y = new Float64Array(length + 1);
    const thresholds = new Float32Array(length + 1);
    thresholds[0] = 1;
    thresholds.set(ranking.thresholds, 1);
    for (let i = 0; i < length; i++) {
      x[i + 1] = (falsePositives[i] ?? 0) / negatives;
      y[i + 1] = (truePositives[i] ?? 0) / positives;
    }
    return { x, y, thresholds };
  },
};
