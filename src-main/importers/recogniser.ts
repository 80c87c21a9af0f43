import type { Node, Shape, TensorData, Value } from "../onnx/types.js";
import { type AttributeReader } from "../ops/op.js";

/** What a node reads: a value of the network, or a tensor that the file holds. */
export type Operand = { readonly value: Value; readonly data?: undefined } | { readonly value: Value; readonly data: Numbers; readonly learned?: string };

export type Numbers = Exclude<TensorData, { readonly dtype: "string" }>;

/** A node of the normal form, as recognisers look at it. */
export interface Step extends AttributeReader {
  readonly node: Node;
  readonly operands: readonly (Operand | undefined)[];
  readonly results: readonly Value[];
  /** The operand, where it is a value of the network. */
  value(i: number): Value | undefined;
  /** The operand, where it is a tensor of real numbers that the file holds. */
  weights(i: number): Numbers | undefined;
  /** The operand's numbers, where it is a tensor that the file holds. */
  numbers(i: number): readonly number[] | undefined;
  /** The step that makes operand `i`, where nothing else reads it and it is of this operator. */
  from(i: number, op: string): Step | undefined;
  /** The step that makes operand `i`, whoever else reads it. */
  maker(i: number): Step | undefined;
  /** The only step that reads result `i`. */
  reader(i?: number): Step | undefined;
  /** How many operands of steps are its first result. */
  readonly readers: number;
  /** Whether anything reads result `i`, or it is asked for. */
  used(i: number): boolean;
}

/** A layer of the registry that does what some nodes do. */
export interface Recognised {
  readonly type: string;
  readonly options?: Readonly<Record<string, unknown>>;
  /** What it reads. */
  readonly reads: readonly Value[];
  /** What it gives. */
  readonly gives: Value;
  /** First values of its parameters and buffers, by name. */
  readonly values?: Readonly<Record<string, TensorData>>;
  /** Steps it stands for, beside the one that was asked about. */
  readonly covers?: readonly Step[];
  /** What comes before it, such as a border of zeros. */
  readonly before?: Omit<Recognised, "gives" | "before" | "covers">;
  /** What comes after it. */
  readonly after?: Pick<Recognised, "type" | "options">;
}

/** How nodes are recognised as a layer: exactly, or not at all. */
export interface Recogniser {
  /** The operator of the last of them. */
  readonly type: string;
  recognise(step: Step): Recognised | undefined;
}

/** `[N, …]`: the batch stands in front. */
export function isBatched(value: Value | undefined): value is Value {
  return value?.shape[0] === "N";
}

/** Whether all axes after the batch have known lengths. */
export function isKnown({ shape }: { readonly shape: Shape }): boolean {
  return shape.slice(1).every((d) => typeof d === "number");
}
