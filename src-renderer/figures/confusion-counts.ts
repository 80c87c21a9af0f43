import type { CurvesResult } from "../../src-main/contract/evaluation-views.js";
import type { Confusion } from "../../src-main/contract/results.js";

/** How a threshold divides the rows of a binary target. */
export interface ConfusionCounts {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  readonly trueNegatives: number;
}

export function countsOf({ counts: [no, yes] }: Confusion): ConfusionCounts {
  return { trueNegatives: no?.[0] ?? 0, falsePositives: no?.[1] ?? 0, falseNegatives: yes?.[0] ?? 0, truePositives: yes?.[1] ?? 0 };
}

export function confusionOf(classes: readonly string[], { truePositives, falsePositives, falseNegatives, trueNegatives }: ConfusionCounts): Confusion {
  return {
    classes: [...classes],
    counts: [
      [trueNegatives, falsePositives],
      [falseNegatives, truePositives],
    ],
  };
}

/**
 * Read from the ROC curve, whose thresholds fall: yes is decided above the threshold. Long curves come thinned, so that of many rows it is an estimate.
 * @returns undefined where there is no curve.
 */
export function countsAt({ roc, positives, negatives }: CurvesResult, threshold: number): ConfusionCounts | undefined {
  if (!roc) return undefined;
  let at = 0;
  while (at + 1 < roc.thresholds.length && (roc.thresholds[at + 1] ?? 0) > threshold) at++;
  const [truePositives, falsePositives] = [Math.round((roc.y[at] ?? 0) * positives), Math.round((roc.x[at] ?? 0) * negatives)];
  return { truePositives, falsePositives, falseNegatives: positives - truePositives, trueNegatives: negatives - falsePositives };
}

/** A short number a little below a curve's own threshold, so that its point is what one gets. */
export function roundedBelow(threshold: number): number {
  const short = Math.floor(threshold * 1e4 - 1e-6) / 1e4;
  return Math.min(0.9999, Math.max(0.0001, short));
}
