import type { Graph, Node } from "../onnx/types.js";
import { readAttributes } from "../ops/op.js";
import { areApart, windowsOf } from "../ops/windows.js";

/** The lengths that a pool leaves of each axis after `[N, C]`, if its windows have a length of two along each, lie side by side and leave nothing out. */
export function pooledByTwo(graph: Graph, { op, attributes, inputs: [x = ""], outputs }: Node): readonly number[] | undefined {
  if (op !== "MaxPool" || outputs.length > 1) return undefined;
  const lengths = (graph.types.get(x)?.shape ?? []).slice(2).map(Number);
  const read = readAttributes(op, attributes);
  const windows = windowsOf(read, read.ints("kernel_shape") ?? [], lengths);
  return areApart(windows) && windows.every((w) => w.kernel === 2 && w.count * 2 === w.length) ? windows.map((w) => w.count) : undefined;
}

/** Names of the values that vary with what is learnt. */
export function learntIn(graph: Graph, learns: ReadonlySet<string>): ReadonlySet<string> {
  const learnt = new Set(learns);
  for (const node of graph.nodes) if (node.inputs.some((name) => learnt.has(name))) for (const name of node.outputs) learnt.add(name);
  return learnt;
}
