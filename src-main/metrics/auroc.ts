import type { MetricDefinition } from "./metric.js";
import type { Ranking } from "./ranking.js";

/**
 * Area under the ROC curve by trapezoids: the chance that a random positive scores above a random negative, ties counting half. With several classes the mean
 * of each against the rest. A class of which there are no positives, or only positives, has none and is excluded from the mean, where torchmetrics counts 0.
 */
export const auroc: MetricDefinition = {
  type: "auroc",
  summary: "How well scores separate the classes at any threshold: 0.5 is chance, 1 is perfect.",
  better: "higher",
  ranked: area,
};

function area({ positives, negatives, truePositives, falsePositives }: Ranking): number | undefined {
  if (positives === 0 || negatives === 0 || truePositives.length === 0) return undefined;
  let doubled = 0;
  let [tp, fp] = [0, 0];
  for (let i = 0; i < truePositives.length; i++) {
    const [nextTp, nextFp] = [truePositives[i] ?? 0, falsePositives[i] ?? 0];
    doubled += (nextFp - fp) * (nextTp + tp);
    [tp, fp] = [nextTp, nextFp];
  }
  return doubled / 2 / positives / negatives;
}
