import type { z } from "zod";
import type { Emitter } from "../onnx/emitter.js";
import type { Value } from "../onnx/types.js";

/** What an optimizer's update is told: all parameters, and their gradients, as one flat vector `[P]` each. */
export interface UpdateContext<C> {
  readonly e: Emitter;
  readonly config: C;
  readonly parameters: Value;
  readonly gradient: Value;
  /** The optimizer's own vectors `[P]`, by slot name. */
  readonly slot: (name: string) => Value;
  /** This step's numbers, each of shape [1], by the names `scalars` returned. */
  readonly scalar: (name: string) => Value;
}

export interface Update {
  readonly parameters: Value;
  /** The new value of every slot. */
  readonly slots: Readonly<Record<string, Value>>;
}

/** One optimizer with PyTorch's formula, names and defaults, on flat vectors: a dozen nodes whatever the model. */
export interface OptimizerDefinition<C = unknown> {
  readonly type: string;
  readonly summary: string;
  /** A strict object with a literal `type`, `lr`, and options in camelCase, with PyTorch's defaults. */
  readonly config: z.ZodType<C>;
  /** Names of the vectors it keeps, and what they start as. */
  slots(config: C): Readonly<Record<string, number>>;
  /**
   * Numbers that change from step to step, computed in float64 outside the graph: learning rate, bias corrections.
   * @param step counts from 1. @param learningRate from the schedule.
   */
  scalars(config: C, step: number, learningRate: number): Readonly<Record<string, number>>;
  update(context: UpdateContext<C>): Update;
}

/** Checks a definition against its own options and forgets them, so that definitions fit one registry. */
export function defineOptimizer<C>(definition: OptimizerDefinition<C>): OptimizerDefinition {
  return definition;
}
