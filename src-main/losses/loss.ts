import type { z } from "zod";
import type { Draws } from "../base/draws.js";
import type { Emitter } from "../onnx/emitter.js";
import type { Value } from "../onnx/types.js";

/** How a target is presented to a loss. */
export type TargetKind =
  /** class index, int64 `[N]`; the output is `[N, classes]` */
  | "category"
  /** 0 or 1, float `[N, 1]`; the output is `[N, 1]` */
  | "binary"
  /** 0 or 1 by label, float `[N, K]`; the output is `[N, K]` */
  | "labels"
  /** float `[N, K]`; the output is `[N, K]` */
  | "numeric"
  /** class index, int64 `[N]`; the output is `[N, D]`, near to others of its class */
  | "embedding";

/** What a loss takes the network's output for. */
export type LossInput =
  /** raw scores, any number: the loss makes probabilities of them itself */
  | "scores"
  /** 0 to 1 */
  | "probabilities"
  /** 0 and below */
  | "log-probabilities"
  /** in the target's unit, as it is normalised */
  | "values";

/** What turns the network's output into what a consumer reads: probabilities for classes, the number itself otherwise. */
export type OutputActivation = "softmax" | "sigmoid" | "exp" | "identity";

export interface LossContext<C> {
  readonly e: Emitter;
  readonly config: C;
  readonly output: Value;
  readonly target: Value;
  /**
   * Of a target that samples may lack: 1 where the target is there and 0 where it is not, float of the target's shape. A target that is not there is told as
   * class 0, or 0; it must not matter. Undefined: all are there.
   */
  readonly counts?: Value | undefined;
  readonly kind: TargetKind;
  /** For weights by class: `"balanced"` is resolved to numbers before a loss is lowered. */
  readonly classes: number;
  fail(expected: string): never;
}

/** What the training rows hold of a target's classes, or labels. */
export interface SeenClasses {
  readonly kind: TargetKind;
  /** Rows of each class, in the order of the classes; of several labels the rows that have each. */
  readonly counts: readonly number[];
  /** Rows in which all of the target is known. */
  readonly rows: number;
}

/** A loss as PyTorch means it, `reduction="mean"`. */
export interface LossValue {
  /** The batch's mean over what counts, a float scalar; 0 where nothing does. */
  readonly loss: Value;
  /**
   * What the mean divides by, a float scalar (samples × columns, or summed class weights): Σ loss·weight / Σ weight over batches is the loss of the
   * whole data, whatever the batches.
   */
  readonly weight: Value;
}

/** Python that makes a loss. */
export interface TorchLoss {
  /** An expression: `nn.HuberLoss(delta=2)`. */
  readonly code: string;
  /** Of one that PyTorch lacks, its class. */
  readonly definition?: string;
}

export interface LossDefinition<C = unknown> {
  readonly type: string;
  readonly summary: string;
  /** A strict object of this loss's options, camelCase, with PyTorch's defaults; `type` and `weight` (in the sum of losses) come from the project schema. */
  readonly config: z.ZodType<C>;
  readonly targets: readonly TargetKind[];
  /** Another output trains to nonsense without an error: the plan of a network looks at the layer that gives it. */
  readonly expects: LossInput;
  readonly activation: OutputActivation;
  /** Of a loss that compares samples with each other: what the loader draws beside each, anew in every epoch. */
  readonly draws?: Draws;
  lower(context: LossContext<C>): LossValue;
  /**
   * The same in PyTorch, a module that is called with output and target; absent of a loss that compares samples with each other.
   * @param config without "balanced"
   */
  torch?(config: C): TorchLoss;
  /** By option that may be "balanced", what that is. */
  readonly balance?: Readonly<Record<string, (seen: SeenClasses) => unknown>>;
}

/** Checks a definition against its own options and forgets them, so that definitions fit one registry. */
export function defineLoss<C>(definition: LossDefinition<C>): LossDefinition {
  return definition;
}
