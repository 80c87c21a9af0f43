import { SCAN_CONSTANTS } from "../../src-main/onnx/emitter.js";
import type { Graph, TensorData } from "../../src-main/onnx/types.js";
import { elementwise } from "./reference/elementwise.js";
import { indexing } from "./reference/indexing.js";
import { Call, type Kernel, type Kernels } from "./reference/kernel.js";
import { linear } from "./reference/linear.js";
import { making } from "./reference/making.js";
import { normalizing } from "./reference/normalizing.js";
import { recurrentKernels } from "./reference/recurrent.js";
import { reductions } from "./reference/reduce.js";
import { resizing } from "./reference/resizing.js";
import { shaping } from "./reference/shaping.js";
import { type Tensor, fromTensorData, product } from "./reference/tensor.js";
import { windows } from "./reference/windows.js";

/**
 * Evaluates a graph in JavaScript numbers, float64 whatever element type the graph declares. It is written from the ONNX operator
 * specification (operator set 17) and shares no rule with `src-main/ops`, so that each can be compared with the other.
 */

/** States, then sequences along axis 0, then what is the same in every step; results are the last states and the stacked results. */
const scan: Kernel = (c) => {
  const body = c.attribute("body");
  if (body?.type !== "graph") throw new Error("Scan has no body");
  const { inputs, outputs } = body.value;
  const [sequences, constants] = [c.int("num_scan_inputs", 0), c.int(SCAN_CONSTANTS, 0)];
  const states = inputs.length - sequences - constants;
  const [read, written] = [c.ints("scan_input_directions") ?? [], c.ints("scan_output_directions") ?? []];
  const length = c.input(states).dims[0]!;
  const place = (direction: number | undefined, i: number): number => (direction === 1 ? length - 1 - i : i);
  let state = Array.from({ length: states }, (_, k): Evaluated => c.input(k));
  const results = outputs.slice(states).map(() => new Array<Evaluated>(length));
  for (let i = 0; i < length; i++) {
    const elements = Array.from({ length: sequences }, (_, k): Evaluated => {
      const { dims, data } = c.input(states + k);
      const size = product(dims.slice(1));
      const t = place(read[k], i);
      return { dims: dims.slice(1), data: data.slice(t * size, (t + 1) * size) };
    });
    const same = Array.from({ length: constants }, (_, k) => c.input(states + sequences + k));
    const made = evaluate(body.value, Object.fromEntries([...state, ...elements, ...same].map((v, k) => [inputs[k]!.name, { dims: v.dims, data: v.data }])));
    const values = outputs.map(({ name }) => made[name]!);
    state = values.slice(0, states);
    results.forEach((list, k) => (list[place(written[k], i)] = values[states + k]!));
  }
  return [
    ...state.map(({ dims, data }, k) => ({ dtype: outputs[k]!.dtype, dims, data })),
    ...results.map((list, k) => ({ dtype: outputs[states + k]!.dtype, dims: [length, ...list[0]!.dims], data: list.flatMap(({ data }) => data) })),
  ];
};

const kernels: Kernels = {
  ...elementwise,
  ...linear,
  ...reductions,
  ...shaping,
  ...indexing,
  ...normalizing,
  ...making,
  ...windows,
  ...resizing,
  ...recurrentKernels,
  Scan: scan,
};

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
