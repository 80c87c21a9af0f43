import { isConstantName } from "../onnx/builder.js";
import { type Graph, type Node, type TensorData, type Value, numbersOf, sizeOf, tensor } from "../onnx/types.js";
import type { Rewrite } from "./rewrite.js";

/** Arithmetic of float32 rounds once an operation, as Math.fround does of the float64 result: the constants are to the bit what the operator gives. */
const UNARY: Readonly<Record<string, (x: number) => number>> = { Neg: (x) => -x, Sqrt: Math.sqrt, Abs: Math.abs };
const BINARY: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
};
/** Move no element: the shape is in the type of the result. */
const RESHAPING: ReadonlySet<string> = new Set(["Reshape", "Unsqueeze", "Squeeze", "Flatten", "Identity"]);
/** Elements from which a constant would only make the file bigger. */
const MOST = 4096;

/** What constants alone decide is a constant: computed here once, not in every step. Weights are no constants. */
export function foldConstants(): Rewrite {
  const known = new Map<string, TensorData>();
  return {
    name: "fold-constants",
    prepare(graph: Graph) {
      known.clear();
      for (const [name, data] of graph.initializers) if (isConstantName(name)) known.set(name, data);
      return graph.nodes.some(({ inputs }) => inputs.length > 0 && inputs.every((name) => known.has(name)));
    },
    replace(e, node, inputs) {
      const operands = node.inputs.map((name) => known.get(name));
      const [a, b] = operands;
      if (!a || operands.includes(undefined)) return undefined;
      const values = evaluate(node, a, b);
      if (!values) return undefined;
      const [result] = e.graph.node(node.op, inputs, node.attributes, { domain: node.domain });
      const folded = result && constantLike(result, values);
      if (!folded) return undefined;
      known.set(node.outputs[0] ?? "", folded);
      return [e.constant(folded)];
    },
  };
}

/** undefined where it is no operator of these, of these types. */
function evaluate({ op }: Node, a: TensorData, b: TensorData | undefined): readonly number[] | undefined {
  if (a.dtype === "string" || a.data.length > MOST) return undefined;
  if (RESHAPING.has(op)) return numbersOf(a);
  if (a.dtype !== "float32") return undefined;
  const [unary, binary] = [UNARY[op], BINARY[op]];
  const left = numbersOf(a);
  if (unary) return left.map(unary);
  if (!binary || b?.dtype !== "float32") return undefined;
  const right = numbersOf(b);
  // Broadcasting of other than one number is left to the operator.
  if (right.length === 1) return left.map((x) => binary(x, right[0] ?? 0));
  if (left.length === 1) return right.map((y) => binary(left[0] ?? 0, y));
  return a.dims.join() === b.dims.join() ? left.map((x, i) => binary(x, right[i] ?? 0)) : undefined;
}

function constantLike({ dtype, shape }: Value, values: readonly number[]): TensorData | undefined {
  const dims = shape.filter((d) => typeof d === "number");
  if (dtype === "string" || dims.length < shape.length || sizeOf(dims) !== values.length) return undefined;
  return tensor(dtype, values, dims);
}
