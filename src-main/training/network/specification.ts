import type { TrainingConfig } from "../../contract/training.js";
import type { TargetKind } from "../../losses/loss.js";
import type { Emitter } from "../../onnx/emitter.js";
import type { TensorType, Value } from "../../onnx/types.js";
import type { Layout } from "./layout.js";
import type { NetworkPlan } from "./network.js";

/** A target as the training graphs see it. */
export interface TargetSpec {
  readonly name: string;
  readonly kind: TargetKind;
  /** Classes of a category, 1 for a binary target, columns of a numeric one: the width of the network's output. */
  readonly width: number;
  /** Samples may lack it; batches then tell which do. */
  readonly masked?: boolean;
}

/** Everything the training graphs are made from. */
export interface TrainingSpec {
  readonly plan: NetworkPlan;
  readonly layout: Layout;
  /** What batches hold of inputs, by name, `[N, …]`. */
  readonly inputs: ReadonlyMap<string, TensorType>;
  /** From what a batch holds to what the network reads, where that is not the same: pictures are held as bytes. */
  readonly fromStored?: (e: Emitter, input: string, stored: Value) => Value;
  readonly targets: readonly TargetSpec[];
  readonly training: TrainingConfig;
  /** Class weights by target where the project asks for "balanced". */
  readonly classWeights: ReadonlyMap<string, readonly number[]>;
}

/** Names of values at the boundary of the training graphs. The builder refuses a graph in which two collide. */
export const names = {
  parameters: "all parameters",
  buffers: "all buffers",
  scalars: "step scalars",
  slot: (slot: string) => `slot ${slot}`,
  input: (input: string) => input,
  target: (target: string) => `target.${target}`,
  /** 1 where a target is there, 0 where it is missing, of its shape. */
  counts: (target: string) => `counts.${target}`,
  uniform: (layer: string) => `uniform ${layer}`,
  next: (name: string) => `next ${name}`,
  /** Where losses are normalized: the largest so far, by target. */
  maxima: "slot loss maxima",
  loss: "mean loss",
  losses: "target losses",
  /** What each loss is a mean over, where a target is masked. */
  weights: "target weights",
  diagnosis: "layer diagnosis",
  output: (target: string) => `output ${target}`,
  targetLoss: (target: string) => `loss of ${target}`,
  targetWeight: (target: string) => `weight of ${target}`,
} as const;

/** Declares what batches hold of the inputs. @returns what the network reads, by name. */
export function declareInputs(e: Emitter, { inputs, fromStored = (_, __, stored) => stored }: TrainingSpec): ReadonlyMap<string, Value> {
  const declared = [...inputs].map(([name, type]) => [name, e.graph.input(names.input(name), type.dtype, type.shape)] as const);
  return new Map(declared.map(([name, stored]) => [name, fromStored(e, name, stored)]));
}

/** Element type and shape of a target in a batch. */
export function targetType(target: TargetSpec): TensorType {
  return target.kind === "category" ? { dtype: "int64", shape: ["N"] } : { dtype: "float32", shape: ["N", target.width] };
}
