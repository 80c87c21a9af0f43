import type { TargetKind } from "../../losses/loss.js";
import type { Emitter } from "../../onnx/emitter.js";
import type { Value } from "../../onnx/types.js";

/** A target as it enters the loss of all. */
export interface CombinedTarget {
  readonly name: string;
  readonly kind: TargetKind;
  readonly weight: number;
}

/** A target's part of the loss of all: factor · its mean loss + constant. */
export interface LossTerm {
  readonly factor: number;
  readonly constant: number;
}

/** What training has found that terms depend on, in the order of the targets. */
export interface CombinationState {
  /** What each loss is divided by. */
  readonly divisors?: readonly number[] | undefined;
  /** The number that is learned for each. */
  readonly learned?: readonly number[] | undefined;
}

/** What a step's graph combines. */
export interface CombinedParts {
  readonly e: Emitter;
  readonly targets: readonly CombinedTarget[];
  /** The mean loss of each target, a float scalar. */
  readonly losses: readonly Value[];
  /** The number that is learned for a target, `[1]`. */
  readonly learned: (target: CombinedTarget) => Value;
}

export interface CombinedStep {
  /** What is differentiated, a float scalar. */
  readonly loss: Value;
  /** Through which no gradient flows. */
  readonly constants?: readonly Value[];
  /** The largest loss of any step so far by target, which the next step is given. */
  readonly maxima?: Value;
}

/**
 * One way to make one loss of several targets': what a step minimises, and what is told. What is told of an epoch is Σ of the terms over the targets' mean
 * losses, with one set of terms for training and validation.
 */
export interface Combination {
  /** Whether each target has a number of its own that is learned with the network, from 0. */
  readonly learns?: true;
  /** Whether factors come of training, so that a project does not say them. */
  readonly found?: true;
  lower(parts: CombinedParts): CombinedStep;
  terms(targets: readonly CombinedTarget[], state: CombinationState): readonly LossTerm[];
}

/** Σ wᵢ·Lᵢ in a graph. */
export function weightedSum(e: Emitter, losses: readonly Value[], weights: readonly number[]): Value {
  return losses.map((loss, i) => e.scale(loss, weights[i] ?? 1)).reduce((sum, term) => e.add(sum, term));
}

/** Scalars side by side, `[targets]`. */
export function sideBySide(e: Emitter, losses: readonly Value[]): Value {
  return e.concat(
    losses.map((loss) => e.reshape(loss, [1])),
    0,
  );
}
