import type { Graph, TensorData } from "../../src-main/onnx/types.js";
import { elementwise } from "./reference/elementwise.js";
import { indexing } from "./reference/indexing.js";
import { Call, type Kernels } from "./reference/kernel.js";
import { linear } from "./reference/linear.js";
import { making } from "./reference/making.js";
import { normalizing } from "./reference/normalizing.js";
import { reductions } from "./reference/reduce.js";
import { resizing } from "./reference/resizing.js";
import { shaping } from "./reference/shaping.js";
import { type Tensor, fromTensorData, product } from "./reference/tensor.js";
import { windows } from "./reference/windows.js";

/**
 * Evaluates a graph in JavaScript numbers, float64 whatever element type the graph declares. It is written from the ONNX operator
 * specification (operator set 17) and shares no rule with `src-main/ops`, so that each can be compared with the other.
 */

const kernels: Kernels = { ...elementwise, ...linear, ...reductions, ...shaping, ...indexing, ...normalizing, ...making, ...windows, ...resizing };

/** What a feed or a result is: `strings` holds the elements of a tensor of strings, `data` is then empty. */
export interface Evaluated {
  readonly dims: readonly number[];
  readonly data: readonly number[];
  readonly strings?: readonly string[];
}

export type Feeds = Readonly<Record<string, TensorData | Evaluated>>;

/** Operators the interpreter knows. */
export const referenceOps: readonly string[] = Object.keys(kernels);

const initializers = new WeakMap<TensorData, Tensor>();

/** The outputs of a graph, by name. @throws Error for a missing feed, an unknown operator, or one that fails, naming the node. */
export function evaluate(graph: Graph, feeds: Feeds): Record<string, Evaluated> {
  const values = evaluateAll(graph, feeds);
  return Object.fromEntries(graph.outputs.map(({ name }) => [name, values.get(name)!]));
}

/** Every value of a graph, by name, with its element type. */
export function evaluateAll(graph: Graph, feeds: Feeds): ReadonlyMap<string, Tensor> {
  const values = new Map<string, Tensor>();
  for (const [name, data] of graph.initializers) {
    const known = initializers.get(data) ?? fromTensorData(data);
    initializers.set(data, known);
    values.set(name, known);
  }
  for (const { name, dtype } of graph.inputs) {
    const feed = feeds[name];
    if (!feed) {
      if (values.has(name)) continue;
      throw new Error(`no feed for input ${name}`);
    }
    const tensor: Tensor = "dtype" in feed ? fromTensorData(feed) : { ...feed, dtype };
    if ((tensor.strings ?? tensor.data).length !== product(tensor.dims))
      throw new Error(`feed ${name} has ${tensor.data.length} elements for [${tensor.dims.join()}]`);
    values.set(name, tensor);
  }
  const value = (name: string): Tensor => {
    const found = values.get(name);
    if (!found) throw new Error(`the graph uses ${name} before it is computed`);
    return found;
  };
  for (const node of graph.nodes) {
    const kernel = kernels[node.op];
    if (!kernel) throw new Error(`the reference interpreter has no ${node.op}`);
    const results = outputsOf(
      () =>
        kernel(
          new Call(
            node,
            node.inputs.map((name) => (name === "" ? undefined : value(name))),
          ),
        ),
      node.name || node.op,
    );
    node.outputs.forEach((name, i) => {
      if (name !== "") values.set(name, results[i] ?? missing(node.op, i));
    });
  }
  for (const { name } of graph.outputs) value(name);
  return values;
}

function outputsOf(run: () => Tensor | readonly Tensor[], where: string): readonly Tensor[] {
  try {
    const result = run();
    return "dims" in result ? [result] : result;
  } catch (cause) {
    throw new Error(`${where}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

function missing(op: string, i: number): never {
  throw new Error(`the reference interpreter's ${op} has no output ${i}`);
}
