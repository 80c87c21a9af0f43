import { defined } from "../base/assert.js";
import type { Emitter } from "../onnx/emitter.js";
import { type Graph, type Node, type Value, numbersOf, tensor } from "../onnx/types.js";
import { readersOf } from "./readers.js";
import type { Rewrite } from "./rewrite.js";

/**
 * BatchNormalization of running statistics after a Conv or Gemm whose weights are stored: k·(W x + b − mean) + bias with k = scale / √(var + ε) is a Conv or
 * Gemm with the weights k·W and the bias k·(b − mean) + bias, computed here in float64. For files that only answer: the norm costs nothing there.
 * @param into the operators to fold into
 */
export function foldBatchNorm(into: readonly ("Conv" | "Gemm")[]): Rewrite {
  let initializers: Graph["initializers"] = new Map();
  let producers: ReadonlyMap<string, Node> = new Map();
  let readers: ReturnType<typeof readersOf> = new Map();
  /** Operands of what has been folded into, by the name of its result. */
  const operands = new Map<string, readonly (Value | undefined)[]>();
  const taken = new Map<string, number>();

  /** Weights keep their name, so that the file can be read. */
  function store(e: Emitter, stem: string, values: readonly number[], dims: readonly number[]): Value {
    const n = taken.get(stem) ?? 0;
    taken.set(stem, n + 1);
    return e.graph.initializer(n === 0 ? `${stem}.folded` : `${stem}.folded${n + 1}`, tensor("float32", values, dims));
  }

  const numbers = (name: string | undefined) => {
    const data = initializers.get(name ?? "");
    return data?.dtype === "float32" ? numbersOf(data) : undefined;
  };

  return {
    name: "fold-batch-norm",
    prepare(graph) {
      ({ initializers } = graph);
      operands.clear();
      taken.clear();
      producers = new Map(graph.nodes.flatMap((node) => node.outputs.map((o) => [o, node] as const)));
      readers = readersOf(graph);
      return graph.nodes.some(({ op }) => op === "BatchNormalization");
    },
    replace(e, node, inputs) {
      if (into.some((op) => op === node.op)) operands.set(node.outputs[0] ?? "", inputs);
      if (node.op !== "BatchNormalization" || node.attributes["training_mode"]?.value === 1) return undefined;
      const [z = "", ...statistics] = node.inputs;
      const before = producers.get(z);
      const given = operands.get(z);
      const [scale, shift, mean, variance] = statistics.map(numbers);
      if (!before || !given || readers.get(z)?.length !== 1 || !scale || !shift || !mean || !variance || !isPlain(before)) return undefined;
      const weight = numbers(before.inputs[1]);
      const bias = before.inputs[2] ? numbers(before.inputs[2]) : scale.map(() => 0);
      if (!weight || bias?.length !== scale.length) return undefined;
      const epsilon = Number(node.attributes["epsilon"]?.value ?? 1e-5);
      const k = scale.map((s, i) => s / Math.sqrt((variance[i] ?? 0) + epsilon));
      const each = weight.length / k.length;
      const [x, w] = given;
      const name = before.inputs[1] ?? "";
      const folded = store(
        e,
        name,
        weight.map((v, i) => v * (k[Math.floor(i / each)] ?? 0)),
        defined(w, "W").shape.map(Number),
      );
      const moved = store(
        e,
        before.inputs[2] ? before.inputs[2] : name.replace(/weight$/, "bias"),
        bias.map((b, i) => (k[i] ?? 0) * (b - (mean[i] ?? 0)) + (shift[i] ?? 0)),
        [k.length],
      );
      return [e.op(before.op, [x, folded, moved], before.attributes)];
    },
  };
}

/** A filter, or a feature, is the first axis of the weight, and nothing else scales the product. */
function isPlain({ op, attributes }: Node): boolean {
  return (
    op === "Conv" ||
    (attributes["transB"]?.value === 1 &&
      attributes["transA"]?.value !== 1 &&
      Number(attributes["alpha"]?.value ?? 1) === 1 &&
      Number(attributes["beta"]?.value ?? 1) === 1)
  );
}
