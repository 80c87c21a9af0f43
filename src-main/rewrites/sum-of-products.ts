import { type Graph, type Node, type Shape, type Value, numbersOf } from "../onnx/types.js";
import { readersOf } from "./readers.js";
import type { Rewrite } from "./rewrite.js";

/**
 * A sum over the batch of products, Σ A[n]·B[n] with A `[N, M, K]` and B `[N, K, L]`, is one product of what lies side by side: `[M, N·K]` times `[N·K, L]`.
 * Instead of N products of M × L numbers, which are written and then read again, the operands are turned: where they are the smaller. (A 1 × 1 convolution's
 * weights, a batch of 16 and one thread: 320 to 1280 channels of 3 × 3 10.5 ms, as one product 1.3 ms; 112 to 672 of 6 × 6 1.8 and 0.9 ms.)
 */
export function sumOfProducts(): Rewrite {
  /** Products by name, and the name of what one sums up. */
  let products: ReadonlyMap<string, Node> = new Map();
  const operands = new Map<string, readonly [Value, Value]>();
  return {
    name: "sum-of-products",
    prepare(graph) {
      operands.clear();
      products = productsIn(graph);
      return products.size > 0;
    },
    replace(e, node, inputs) {
      const [y = ""] = node.outputs;
      const [a, b] = inputs;
      if (products.has(y) && a && b) operands.set(y, [a, b]);
      const [left, right] = node.op === "ReduceSum" ? (operands.get(node.inputs[0] ?? "") ?? []) : [];
      if (!left || !right) return undefined;
      const [m = 1, l = 1] = [left.shape[1], right.shape[2]].map(Number);
      return [e.matMul(e.reshape(e.transpose(left, [1, 0, 2]), [m, -1]), e.reshape(right, [-1, l]))];
    },
  };
}

/** Of three axes, which only a sum over the first reads, and larger than what they are made of. */
function productsIn(graph: Graph): ReadonlyMap<string, Node> {
  const readers = readersOf(graph);
  const shapeOf = (name: string): Shape => graph.types.get(name)?.shape ?? [];
  return new Map(
    graph.nodes.flatMap((node) => {
      const [y = ""] = node.outputs;
      const [sum, ...others] = readers.get(y) ?? [];
      if (node.op !== "MatMul" || sum === undefined || sum === "result" || others.length > 0 || !sumsOverBatch(graph, sum)) return [];
      const [[batch, m, k], [same, , l]] = [shapeOf(node.inputs[0] ?? ""), shapeOf(node.inputs[1] ?? "")];
      const known = [m, k, l].every((d) => typeof d === "number") && typeof batch === "string" && batch === same;
      return known && shapeOf(y).length === 3 && Number(m) * Number(l) > Number(k) * (Number(m) + Number(l)) ? [[y, node] as const] : [];
    }),
  );
}

function sumsOverBatch({ initializers }: Graph, { op, inputs: [, axes = ""], attributes }: Node): boolean {
  const known = initializers.get(axes);
  return op === "ReduceSum" && known !== undefined && numbersOf(known).join() === "0" && attributes["keepdims"]?.value === 0;
}
