import { type Draws, rowsOfSample } from "../../base/draws.js";
import type { TrainingConfig } from "../../contract/training.js";
import { losses } from "../../losses/index.js";
import type { TargetKind } from "../../losses/loss.js";
import { batchAxis } from "../../onnx/dimensions.js";
import type { Emitter } from "../../onnx/emitter.js";
import type { Dimension, TensorType, Value } from "../../onnx/types.js";
import type { FirstValues, Layout } from "./layout.js";
import type { NetworkPlan } from "./network.js";

/** A target as the training graphs see it. */
export interface TargetSpec {
  readonly name: string;
  readonly kind: TargetKind;
  /** Classes of a category, 1 for a binary target, labels of several at once, columns of a numeric one: the width of the network's output. */
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
  /** By target, the options of its loss that "balanced" stands for. */
  readonly balanced: ReadonlyMap<string, Readonly<Record<string, unknown>>>;
  /** Parameters and buffers that begin as something else than their layers say. */
  readonly first?: FirstValues;
  /** Where a frozen beginning of the network was computed beforehand: of what the above is the rest. */
  readonly whole?: WholeNetwork;
}

/** A network of which only the rest is computed. */
export interface WholeNetwork {
  readonly plan: NetworkPlan;
  readonly layout: Layout;
  /** What batches hold of the beginning: by layer what it gives, `[N, …]` of float32. */
  readonly kept: ReadonlyMap<string, TensorType>;
}

/** Names of values at the boundary of the training graphs. The builder refuses a graph in which two collide. */
export const names = {
  /** All that are trained. */
  parameters: "all parameters",
  frozen: "frozen parameters",
  buffers: "all buffers",
  scalars: "step scalars",
  slot: (slot: string) => `slot ${slot}`,
  /** Where weights are inputs of their own: one, or neighbours from this one on. */
  part: (first: string) => `weights from ${first}`,
  /** The gradient of such an input. */
  gradient: (first: string) => `gradient from ${first}`,
  input: (input: string) => input,
  /** What a layer gave that was computed beforehand. */
  kept: (layer: string) => `kept ${layer}`,
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

/** What is drawn beside each sample of a batch, where a loss compares samples, and the target whose classes say what belongs together. */
export function drawnFor({ targets, training }: Pick<TrainingSpec, "targets" | "training">): { readonly draws: Draws; readonly target: string } | undefined {
  for (const { name } of targets) {
    const draws = losses.get(training.losses[name]?.type ?? "").draws;
    if (draws) return { draws, target: name };
  }
  return undefined;
}

/** The length of a batch's first axis: N, or as many times that as rows belong to a sample. */
export function batchRows(spec: Pick<TrainingSpec, "targets" | "training">): Dimension {
  return batchAxis(rowsOfSample(drawnFor(spec)?.draws));
}

/** Declares what batches hold of the inputs, and of what was computed beforehand. @returns what the network reads, by name. */
export function declareInputs(e: Emitter, spec: TrainingSpec): ReadonlyMap<string, Value> {
  const rows = batchRows(spec);
  const declared = [...spec.inputs].map(([name, { dtype, shape }]) => [name, e.graph.input(names.input(name), dtype, [rows, ...shape.slice(1)])] as const);
  const kept = [...(spec.whole?.kept ?? [])].map(
    ([layer, { dtype, shape }]) => [layer, e.graph.input(names.kept(layer), dtype, [rows, ...shape.slice(1)])] as const,
  );
  return new Map([...declared.map(([name, stored]) => [name, spec.fromStored?.(e, name, stored) ?? stored] as const), ...kept]);
}

/** Whether a target is the index of a class. */
export function isIndex({ kind }: Pick<TargetSpec, "kind">): boolean {
  return kind === "category" || kind === "embedding";
}

/** Element type and shape of a target in a batch. */
export function targetType(target: TargetSpec, rows: Dimension = "N"): TensorType {
  return isIndex(target) ? { dtype: "int64", shape: [rows] } : { dtype: "float32", shape: [rows, target.width] };
}
