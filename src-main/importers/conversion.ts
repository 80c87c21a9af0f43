import { LatheError } from "../base/errors.js";
import type { Emitter } from "../onnx/emitter.js";
import { type Attributes, type Node, type Shape, type Value, numbersOf, showType } from "../onnx/types.js";
import { type AttributeReader, readAttributes } from "../ops/op.js";
import type { FoldingBuilder } from "./folding-builder.js";

/** A node of a stranger's file, while it is written anew in operators of opset 17. */
export interface ForeignNode extends AttributeReader {
  readonly e: Emitter;
  readonly graph: FoldingBuilder;
  readonly op: string;
  /** The operator set of the file. */
  readonly opset: number;
  readonly attributes: Attributes;
  /** Operands in order; undefined where an optional one is left out. */
  readonly inputs: readonly (Value | undefined)[];
  /** Results that the node names. */
  readonly outputs: number;
  /** The batch that the file is frozen to, which is `N` here; undefined where the file leaves it open. */
  readonly frozenBatch: number | undefined;
  /** A value whose first axis is the batch. */
  readonly batchOf: Value;
  /** @throws LatheError `graph.unsupported` where operand `i` is left out */
  readonly input: (i: number) => Value;
  readonly optional: (i: number) => Value | undefined;
  /** The numbers of operand `i`, where they are known before the graph runs. */
  readonly numbers: (i: number) => readonly number[] | undefined;
  /** The same of an operand that has to be known; undefined where it is left out. @throws LatheError `graph.unsupported` */
  readonly known: (i: number, what: string) => readonly number[] | undefined;
  /** The same of whole numbers. @throws LatheError `graph.unsupported` for any others too */
  readonly whole: (i: number, what: string) => readonly number[] | undefined;
  /** Lengths that operand `i` holds. */
  readonly lengths: (i: number) => Shape | undefined;
  /** The one number that operand `i` is made of. */
  readonly fill: (i: number) => number | undefined;
  /** The operator as it is; other operands and attributes where given. */
  readonly copy: (inputs?: readonly (Value | undefined)[], attributes?: Attributes, outputs?: number) => readonly Value[];
  /** A form of the operator that is not read. @throws LatheError `graph.unsupported` */
  readonly fail: (why: string) => never;
}

/** How an operator of opsets 7 and newer is written in opset 17, or in other operators. */
export interface Conversion {
  readonly type: string;
  /** @returns what the node's results are, in order. @throws LatheError `graph.unsupported`, `graph.shape` */
  convert(node: ForeignNode): readonly Value[];
}

interface Place {
  readonly e: Emitter;
  readonly graph: FoldingBuilder;
  readonly opset: number;
  readonly frozenBatch: number | undefined;
  readonly batchOf: Value;
}

export function foreignNode(node: Node, inputs: readonly (Value | undefined)[], { e, graph, opset, frozenBatch, batchOf }: Place): ForeignNode {
  const fail = (why: string): never => {
    throw new LatheError("graph.unsupported", `${node.op}: ${why}`, { op: node.op });
  };
  const numbers = (i: number) => {
    const data = graph.constantOf(inputs[i]);
    return data && data.dtype !== "string" ? numbersOf(data) : undefined;
  };
  const known = (i: number, what: string) => {
    const operand = inputs[i];
    if (!operand) return undefined;
    const lengths = graph.shapeBehind(operand)?.filter((d) => typeof d === "number");
    const count = operand.shape[0] ?? 1;
    return numbers(i) ?? (lengths?.length === count ? lengths : fail(`its ${what}, ${showType(operand)}, are known only when the network runs`));
  };
  const outputs = Math.max(1, node.outputs.findLastIndex((o) => o !== "") + 1);
  return {
    ...readAttributes(node.op, node.attributes),
    e,
    graph,
    op: node.op,
    opset,
    attributes: node.attributes,
    inputs,
    outputs,
    frozenBatch,
    batchOf,
    input: (i) => inputs[i] ?? fail(`its operand ${i} is missing`),
    optional: (i) => inputs[i],
    numbers,
    known,
    whole: (i, what) => {
      const dtype = inputs[i]?.dtype;
      return dtype === undefined || dtype.startsWith("int") ? known(i, what) : fail(`its ${what} are ${dtype}, expected whole numbers`);
    },
    lengths: (i) => graph.shapeBehind(inputs[i]),
    fill: (i) => graph.fillOf(inputs[i]),
    copy: (operands = inputs, attributes = node.attributes, count = outputs) => graph.node(node.op, operands, attributes, { outputs: count }),
    fail,
  };
}

/** Attributes without some. */
export function without(attributes: Attributes, ...names: readonly string[]): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));
}
