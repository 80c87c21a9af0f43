import type { Confusion, JudgedLabel } from "../../src-main/contract/results.js";

/** How one label of several is told. */
export interface LabelScore extends JudgedLabel {
  /** null where it does not exist. */
  readonly precision: number | null;
  readonly recall: number | null;
  readonly f1: number | null;
  readonly wrong: number;
}

/** Every label, the one with the most wrong decisions first. */
export function labelScores(labels: readonly JudgedLabel[]): readonly LabelScore[] {
  const share = (a: number, b: number) => (b === 0 ? null : a / b);
  return labels
    .map((label) => {
      const { tp, fp, fn } = label;
      return { ...label, precision: share(tp, tp + fp), recall: share(tp, tp + fn), f1: share(2 * tp, 2 * tp + fp + fn), wrong: fp + fn };
    })
    .sort((a, b) => b.wrong - a.wrong);
}

/** One label as a target of yes or no. */
export function labelConfusion({ tp, fp, fn, tn }: JudgedLabel, classes: readonly [string, string]): Confusion {
  return {
    classes: [...classes],
    counts: [
      [tn, fp],
      [fn, tp],
    ],
  };
}
