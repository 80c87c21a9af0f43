import { LatheError } from "../base/errors.js";

/** Element types Lathe computes with; the names are ONNX Runtime's. */
export type DataType = "float32" | "float64" | "int32" | "int64" | "uint8" | "bool" | "string";

/** A length known when the graph is built, or the name of one known only when it runs (the batch: `"N"`). */
export type Dimension = number | string;

/** Axis lengths, outermost first; `[]` is a scalar. */
export type Shape = readonly Dimension[];

export interface TensorType {
  readonly dtype: DataType;
  readonly shape: Shape;
}

/** Storage by element type: int64 as BigInt64Array, bool as Uint8Array of 0 and 1, as ONNX Runtime holds them. */
export interface ArrayOf {
  readonly float32: Float32Array;
  readonly float64: Float64Array;
  readonly int32: Int32Array;
  readonly int64: BigInt64Array;
  readonly uint8: Uint8Array;
  readonly bool: Uint8Array;
  readonly string: readonly string[];
}

/** A tensor with its values, row-major. */
export type TensorData = { [D in DataType]: { readonly dtype: D; readonly dims: readonly number[]; readonly data: ArrayOf[D] } }[DataType];

/** A value in a graph under construction: its name and what is known of its type. */
export interface Value extends TensorType {
  readonly name: string;
}

/** What an attribute of each kind holds. */
export interface AttributeValues {
  readonly int: number;
  readonly float: number;
  readonly string: string;
  readonly ints: readonly number[];
  readonly floats: readonly number[];
  readonly strings: readonly string[];
  readonly tensor: TensorData;
  readonly graph: Graph;
}

export type Attribute = { [K in keyof AttributeValues]: { readonly type: K; readonly value: AttributeValues[K] } }[keyof AttributeValues];

export type Attributes = Readonly<Record<string, Attribute>>;

export interface Node {
  readonly name: string;
  readonly op: string;
  /** `""` is ONNX's own domain; `"ai.onnx.ml"` holds LabelEncoder. */
  readonly domain: string;
  /** Value names; `""` is an optional input omitted. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Attributes;
}

/** A named graph boundary. */
export interface GraphValue extends TensorType {
  readonly name: string;
  readonly doc?: string;
}

/** An ONNX graph: nodes in topological order. */
export interface Graph {
  readonly name: string;
  readonly inputs: readonly GraphValue[];
  readonly outputs: readonly GraphValue[];
  readonly initializers: ReadonlyMap<string, TensorData>;
  readonly nodes: readonly Node[];
  /** What shape inference knows of every value in the graph. */
  readonly types: ReadonlyMap<string, TensorType>;
}

/** A graph and what surrounds it in a file. */
export interface Model {
  readonly graph: Graph;
  readonly irVersion: number;
  /** Operator-set version by domain. */
  readonly opsets: ReadonlyMap<string, number>;
  readonly producer: { readonly name: string; readonly version: string };
  readonly doc: string;
  readonly metadata: ReadonlyMap<string, string>;
}

/** The operator sets Lathe emits. 17 is the newest that every runtime and checker of the last three years accepts. */
export const OPSET = 17;
export const ML_DOMAIN = "ai.onnx.ml";
/** Holds Gradient, which only graphs under training have; no file that Lathe writes does. */
export const TRAINING_DOMAIN = "ai.onnx.preview.training";
export const OPSETS: ReadonlyMap<string, number> = new Map([
  ["", OPSET],
  [ML_DOMAIN, 3],
]);
export const IR_VERSION = 8;

export const int = (value: number): Attribute => ({ type: "int", value });
export const float = (value: number): Attribute => ({ type: "float", value });
export const text = (value: string): Attribute => ({ type: "string", value });
export const ints = (value: readonly number[]): Attribute => ({ type: "ints", value });
export const floats = (value: readonly number[]): Attribute => ({ type: "floats", value });
export const strings = (value: readonly string[]): Attribute => ({ type: "strings", value });

/** The number of elements; a scalar has one. @throws LatheError `graph.shape` where an axis is symbolic. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const d of shape) {
    if (typeof d === "string") throw new LatheError("graph.shape", `the size of ${showShape(shape)} depends on ${d}`);
    size *= d;
  }
  return size;
}

/** True where every axis is a number. */
export function isStatic(shape: Shape): shape is readonly number[] {
  return shape.every((d) => typeof d === "number");
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((d, i) => d === b[i]);
}

/** As people write them: `[N, 16]`. */
export function showShape(shape: Shape): string {
  return `[${shape.join(", ")}]`;
}

export function showType(type: TensorType): string {
  return `${type.dtype} ${showShape(type.shape)}`;
}

export function isFloat(dtype: DataType): dtype is "float32" | "float64" {
  return dtype === "float32" || dtype === "float64";
}

/** A tensor from plain numbers. `dims` defaults to one axis. */
export function tensor(dtype: Exclude<DataType, "string">, values: ArrayLike<number>, dims: readonly number[] = [values.length]): TensorData {
  switch (dtype) {
    case "float32":
      return { dtype, dims, data: Float32Array.from(values) };
    case "float64":
      return { dtype, dims, data: Float64Array.from(values) };
    case "int32":
      return { dtype, dims, data: Int32Array.from(values) };
    case "uint8":
      return { dtype, dims, data: Uint8Array.from(values) };
    case "bool":
      return { dtype, dims, data: Uint8Array.from(values, (v) => (v ? 1 : 0)) };
    case "int64": {
      const data = new BigInt64Array(values.length);
      for (let i = 0; i < values.length; i++) data[i] = BigInt(values[i] ?? 0);
      return { dtype, dims, data };
    }
  }
}

/** The values of a numeric tensor as JavaScript numbers. @throws LatheError on a tensor of strings. */
export function numbersOf(data: TensorData): number[] {
  if (data.dtype === "string") throw new LatheError("graph.invalid", "expected numbers, got a tensor of strings");
  return Array.from<number | bigint, number>(data.data, Number);
}
