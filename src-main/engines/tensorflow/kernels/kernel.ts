import type { Tensor } from "@tensorflow/tfjs-core";
import type { DataType, Graph, TensorData } from "../../../onnx/types.js";
import type { AttributeReader } from "../../../ops/op.js";
import type { Held } from "../held.js";
import type { Tf } from "../native.js";

/** Operands in order; undefined where an optional one is omitted. */
export type Operands = readonly (Held | undefined)[];

/** Runs one node. */
export type Run = (operands: Operands) => Held | readonly Held[];

/** What a kernel is told of the node it is made for: once, so that a run parses nothing. */
export interface Compiling extends AttributeReader {
  readonly tf: Tf;
  readonly type: string;
  readonly outputCount: number;
  /** False where the node leaves the optional result `i` out. */
  hasOutput(i: number): boolean;
  /** A result on the device. */
  hold(t: Tensor, dtype?: DataType): Held;
  /** A result whose channels lie last on the device. */
  holdLast(t: Tensor, dtype?: DataType): Held;
  /** A result on the host. */
  host(dtype: DataType, dims: readonly number[], numbers: ArrayLike<number>): Held;
  hostStrings(dims: readonly number[], strings: readonly string[]): Held;
  /** A tensor known before the graph runs. It stays on the device. */
  constant(data: TensorData): Held;
  /** A graph of its own, such as the body of a Scan, to be run with its inputs in their order. */
  graph(body: Graph): (operands: readonly Held[]) => readonly Held[];
  /** @throws LatheError `graph.unsupported`: what of the operator's page is not here. */
  unsupported(what: string): never;
}

/**
 * One ONNX operator in TensorFlow.js ops, forward only: TensorFlow.js differentiates. Where its own gradient is none or another than PyTorch's, the kernel says
 * so.
 */
export interface Kernel {
  readonly type: string;
  /** Omitted for ONNX's own domain. */
  readonly domain?: string;
  /** @throws LatheError `graph.unsupported` */
  readonly compile: (c: Compiling) => Run;
}

export function defineKernel(kernel: Kernel): Kernel {
  return kernel;
}
