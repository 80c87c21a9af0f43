import type { Ranking } from "./ranking.js";

/** A threshold, and the F1 of what lies above it. */
export interface BestThreshold {
  readonly threshold: number;
  readonly f1: number;
}

/**
 * Where F1 is best, 2·TP / (TP + FP + positives): midway between the last score that is said to be so and the next lower one, the highest such place of
 * several. undefined where there are no positives, or scores rank nothing.
 */
export function bestThreshold({ positives, thresholds, truePositives, falsePositives }: Ranking): BestThreshold | undefined {
  if (positives === 0 || thresholds.length === 0) return undefined;
  let [best, f1] = [0, -1];
  for (let i = 0; i < thresholds.length; i++) {
    const tp = truePositives[i] ?? 0;
    const value = (2 * tp) / (tp + (falsePositives[i] ?? 0) + positives);
    if (value > f1) [best, f1] = [i, value];
  }
  const [last, next] = [thresholds[best] ?? 0, thresholds[best + 1] ?? 0];
  const middle = (last + next) / 2;
  // A probability of exactly 0 is never above a threshold.
  return middle > 0 && middle < 1 ? { threshold: middle, f1 } : undefined;
}
