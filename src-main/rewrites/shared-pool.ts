import type { Graph, Node, Value } from "../onnx/types.js";
import type { Rewrite } from "./rewrite.js";

/** Two MaxPool nodes over one value with one window are one: the gradient asks for the places of the maxima that the forward pass found. */
export function sharedPool(): Rewrite {
  /** How many results the fullest node of each kind has, and what it made. */
  let results = new Map<string, number>();
  const made = new Map<string, readonly Value[]>();
  return {
    name: "shared-pool",
    prepare(graph: Graph) {
      made.clear();
      results = new Map();
      for (const node of graph.nodes) if (node.op === "MaxPool") results.set(keyOf(node), Math.max(results.get(keyOf(node)) ?? 0, node.outputs.length));
      return results.size > 0;
    },
    replace(e, node, inputs) {
      if (node.op !== "MaxPool") return undefined;
      const key = keyOf(node);
      const known = made.get(key) ?? e.graph.node("MaxPool", inputs, node.attributes, { outputs: results.get(key) ?? 1 });
      made.set(key, known);
      return known.slice(0, node.outputs.length);
    },
  };
}

/** What is pooled, and how: attributes at their defaults are as good as none. */
function keyOf({ inputs, attributes }: Node): string {
  const plain = Object.entries(attributes).filter(([name, { value }]) => {
    const neutral = name === "dilations" ? 1 : name === "pads" ? 0 : undefined;
    return !(Array.isArray(value) ? value.every((v) => v === neutral) : name === "ceil_mode" && value === 0);
  });
  return JSON.stringify([inputs, plain.map(([name, { value }]) => [name, value]).sort()]);
}
