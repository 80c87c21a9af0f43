import type { Attributes, Graph, Node, TensorData, Value } from "../onnx/types.js";
import type { Rewrite } from "./rewrite.js";

/** Draw numbers of their own, or write over their operands. */
const UNLIKE_THEMSELVES: ReadonlySet<string> = new Set([
  "BatchNormalization",
  "Dropout",
  "RandomNormal",
  "RandomNormalLike",
  "RandomUniform",
  "RandomUniformLike",
]);

/** What has been computed is not computed again: nodes with one operator, the same operands and the same attributes are one. */
export function commonSubexpression(): Rewrite {
  const made = new Map<string, readonly Value[]>();
  return {
    name: "common-subexpression",
    prepare: () => {
      made.clear();
      return true;
    },
    replace(e, node, inputs) {
      if (UNLIKE_THEMSELVES.has(node.op)) return undefined;
      const key = keyOf(node, inputs);
      const known = made.get(key) ?? e.graph.node(node.op, inputs, node.attributes, { domain: node.domain, outputs: node.outputs.length });
      made.set(key, known);
      return known;
    },
  };
}

function keyOf({ op, domain, attributes, outputs }: Node, inputs: readonly (Value | undefined)[]): string {
  return JSON.stringify([domain, op, outputs.length, inputs.map((v) => v?.name ?? ""), attributesKey(attributes)]);
}

function attributesKey(attributes: Attributes): unknown {
  return Object.entries(attributes)
    .map(([name, { type, value }]) => [name, type, type === "tensor" ? tensorKey(value) : type === "graph" ? graphKey(value) : value])
    .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}

/** Bodies that were built alike have the same names. */
function graphKey({ inputs, outputs, initializers, nodes }: Graph): unknown {
  return [inputs, outputs, [...initializers].map(([name, data]) => [name, tensorKey(data)]), nodes.map((node) => [node, attributesKey(node.attributes)])];
}

function tensorKey({ dtype, dims, data }: TensorData): unknown {
  return [dtype, dims, Array.from<unknown, string>(data, String)];
}
