import type { Graph, Node } from "../onnx/types.js";

/** Who reads each value, by name: nodes, once for each operand, and whoever takes the graph's results. */
export function readersOf(graph: Graph): ReadonlyMap<string, readonly (Node | "result")[]> {
  const readers = new Map<string, (Node | "result")[]>();
  const add = (name: string, reader: Node | "result") => {
    const known = readers.get(name);
    if (known) known.push(reader);
    else readers.set(name, [reader]);
  };
  for (const node of graph.nodes) for (const name of node.inputs) add(name, node);
  for (const { name } of graph.outputs) add(name, "result");
  return readers;
}
