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
  if (positives === 0) return undefined;
  let best: BestThreshold | undefined;
  for (let i = 0; i < thresholds.length; i++) {
    const tp = truePositives[i] ?? 0;
    const f1 = (2 * tp) / (tp + (falsePositives[i] ?? 0) + positives);
    const threshold = ((thresholds[i] ?? 0) + (thresholds[i + 1] ?? 0)) / 2;
    // A probability of exactly 0 is above no threshold.
    if (f1 > (best?.f1 ?? -1) && threshold > 0 && threshold < 1) best = { threshold, f1 };
  }
  return best;
}
