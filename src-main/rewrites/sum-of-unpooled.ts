import { type Graph, type Node, type Value, numbersOf } from "../onnx/types.js";
import type { Rewrite } from "./rewrite.js";

/** The sum over pictures of MaxUnpool(x) is that of x: the rest is zeros. The gradient of a bias before a pool adds up a quarter of the numbers. */
export function sumOfUnpooled(): Rewrite {
  let unpooled: ReadonlyMap<string, Node> = new Map();
  let initializers: Graph["initializers"] = new Map();
  const values = new Map<string, Value>();
  return {
    name: "sum-of-unpooled",
    prepare(graph) {
      values.clear();
      unpooled = new Map(graph.nodes.filter(({ op }) => op === "MaxUnpool").map((node) => [node.outputs[0] ?? "", node]));
      ({ initializers } = graph);
      return unpooled.size > 0;
    },
    replace(e, node, inputs) {
      const [x = "", axes = ""] = node.inputs;
      if (node.op === "MaxUnpool" && inputs[0]) values.set(node.outputs[0] ?? "", inputs[0]);
      const before = node.op === "ReduceSum" && unpooled.has(x) ? values.get(x) : undefined;
      const constant = initializers.get(axes);
      if (!before || !constant) return undefined;
      const summed = numbersOf(constant).map((axis) => (axis < 0 ? axis + before.shape.length : axis));
      return before.shape.every((_, axis) => axis < 2 || summed.includes(axis)) ? [e.op("ReduceSum", [before, inputs[1]], node.attributes)] : undefined;
    },
  };
}
