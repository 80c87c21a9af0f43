import type { TrainingConfig } from "../../contract/training.js";
import type { TargetKind } from "../../losses/loss.js";
import { average } from "./average.js";
import type { Combination, CombinationState, CombinedTarget, LossTerm } from "./combination.js";
import type { LaidTraining } from "../network/layout.js";
import { normalized } from "./normalized.js";
import { sum } from "./sum.js";
import { uncertainty } from "./uncertainty.js";

const combinations: Readonly<Record<TrainingConfig["combine"], Combination>> = { sum, average, normalized, uncertainty };

/** How a project's losses become one. */
export interface CombinedLosses {
  readonly combination: Combination;
  readonly targets: readonly CombinedTarget[];
}

export function combinedLosses(
  { combine, losses }: Pick<TrainingConfig, "combine" | "losses">,
  targets: readonly { readonly name: string; readonly kind: TargetKind }[],
): CombinedLosses {
  return {
    // A single loss over its own largest value says nothing.
    combination: combinations[combine === "normalized" && targets.length === 1 ? "sum" : combine],
    targets: targets.map(({ name, kind }) => ({ name, kind, weight: losses[name]?.weight ?? 1 })),
  };
}

/** What of a project's training decides where parameters lie. */
export function laidTraining(training: Pick<TrainingConfig, "combine" | "losses" | "groups">, targets: Parameters<typeof combinedLosses>[1]): LaidTraining {
  const { combination } = combinedLosses(training, targets);
  return { groups: training.groups, ...(combination.learns ? { learnedLosses: targets.map(({ name }) => name) } : {}) };
}

export function termsOf({ combination, targets }: CombinedLosses, state: CombinationState): readonly LossTerm[] {
  return combination.terms(targets, state);
}

/**
 * The loss of all targets as it is told: Σ factor · loss + constant. A target that no sample of a part has adds its constant alone, as in a step whose samples
 * all lack it. @param losses mean loss by target; null: no sample has it.
 */
export function combinedLoss(terms: readonly LossTerm[], losses: readonly (number | null)[]): number {
  return terms.reduce((total, { factor, constant }, i) => {
    const loss = losses[i];
    return total + (loss === null ? 0 : factor * (loss ?? Number.NaN)) + constant;
  }, 0);
}
