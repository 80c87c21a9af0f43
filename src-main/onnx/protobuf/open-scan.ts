import { SCAN_CONSTANTS } from "../emitter.js";
import type { Graph, Node } from "../types.js";

/**
 * A Scan as a file has it: what is the same in every step is no operand there, the body names it. A body's names must differ from all around it, which they do
 * with the node's own in front. Any other node is returned as it is.
 */
export function openScan(node: Node): Node {
  const { [SCAN_CONSTANTS]: count, ...attributes } = node.attributes;
  const { body } = attributes;
  if (node.op !== "Scan" || node.domain !== "" || body?.type !== "graph") return node;
  const constants = count?.type === "int" ? count.value : 0;
  const operands = node.inputs.length - constants;
  const outer = new Map(body.value.inputs.slice(operands).map(({ name }, i) => [name, node.inputs[operands + i] ?? ""]));
  const rename = (name: string) => (name === "" ? "" : (outer.get(name) ?? `${node.name}/${name}`));
  return {
    ...node,
    inputs: node.inputs.slice(0, operands),
    attributes: { ...attributes, body: { type: "graph", value: renamed(body.value, operands, rename) } },
  };
}

function renamed(graph: Graph, inputs: number, rename: (name: string) => string): Graph {
  const named = <T extends { readonly name: string }>(value: T): T => ({ ...value, name: rename(value.name) });
  return {
    name: graph.name,
    inputs: graph.inputs.slice(0, inputs).map(named),
    outputs: graph.outputs.map(named),
    initializers: new Map([...graph.initializers].map(([name, data]) => [rename(name), data])),
    nodes: graph.nodes.map((node) => ({ ...named(node), inputs: node.inputs.map(rename), outputs: node.outputs.map(rename) })),
    types: new Map([...graph.types].map(([name, type]) => [rename(name), type])),
  };
}
