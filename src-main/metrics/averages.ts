import { sum, type ClassCounts } from "./class-counts.js";
import type { CountedPredictions, RawValues } from "./metric.js";

/** A score made of counts, such as precision. */
export type Score = (truePositives: number, falsePositives: number, falseNegatives: number) => number;

/**
 * A score of each class and its averages, as torchmetrics with `zero_division=0`: `micro` pools all counts, `macro` is the plain mean over the classes that
 * occur among targets or predictions, `weighted` weighs classes by how often they are the target.
 */
export function averaged(name: string, view: CountedPredictions, score: Score): RawValues {
  const { truePositives: tp, falsePositives: fp, falseNegatives: fn } = view.counts;
  const none = view.rows === 0;
  const scores = classScores(view.counts, none ? () => NaN : score);
  const supports = tp.map((v, k) => v + (fn[k] ?? 0));
  const occurs = tp.map((v, k) => (v + (fp[k] ?? 0) + (fn[k] ?? 0) > 0 ? 1 : 0));
  return {
    [`${name}.macro`]: weightedMean(scores, occurs),
    [`${name}.micro`]: none ? undefined : score(sum(tp), sum(fp), sum(fn)),
    [`${name}.weighted`]: weightedMean(scores, supports),
    ...Object.fromEntries(view.classes.map((label, k) => [`${name}.${labelKey(label)}`, scores[k]])),
  };
}

export function classScores(counts: ClassCounts, score: Score): readonly number[] {
  return counts.truePositives.map((tp, k) => score(tp, counts.falsePositives[k] ?? 0, counts.falseNegatives[k] ?? 0));
}

/** undefined where all weights are zero. */
export function weightedMean(values: readonly number[], weights: readonly number[]): number | undefined {
  const total = sum(weights);
  return total === 0 ? undefined : sum(values.map((v, k) => v * (weights[k] ?? 0))) / total;
}

/** a / b, and 0 where b is 0. */
export function ratio(a: number, b: number): number {
  return b === 0 ? 0 : a / b;
}

const AVERAGES: ReadonlySet<string> = new Set(["macro", "micro", "weighted"]);

/** A class's part of a value's name; a class that is called like an average gets brackets, as in `f1.[macro]`. */
export function labelKey(label: string): string {
  return AVERAGES.has(label) ? `[${label}]` : label;
}
