import type { Emitter } from "../onnx/emitter.js";
import type { Value } from "../onnx/types.js";
import { defineOp, type GradientContext } from "./op.js";
import { broadcastShapes, only } from "./rules.js";

/** Y = A·B as numpy.matmul: the last two axes multiply, those before broadcast. https://onnx.ai/onnx/operators/onnx__MatMul.html */
export const matMul = defineOp({
  type: "MatMul",
  inputs: ["A", "B"],
  infer: only("number", (c) => {
    const [a, b] = [c.input("A"), c.input("B")];
    if (a.dtype !== b.dtype) return c.fail("operands must share an element type");
    if (a.shape.length === 0 || b.shape.length === 0) return c.fail("expected at least one axis each");
    // A vector on the left is a row, on the right a column; its added axis is dropped again.
    const left = a.shape.length === 1 ? [1, ...a.shape] : a.shape;
    const right = b.shape.length === 1 ? [...b.shape, 1] : b.shape;
    if (left.at(-1) !== right.at(-2)) return c.fail(`the last axis of A (${left.at(-1)}) must equal the last but one of B (${right.at(-2)})`);
    const batch = broadcastShapes(left.slice(0, -2), right.slice(0, -2));
    if (!batch) return c.fail("the axes before the last two do not broadcast");
    const rows = a.shape.length === 1 ? [] : left.slice(-2, -1);
    const columns = b.shape.length === 1 ? [] : right.slice(-1);
    return [{ dtype: a.dtype, shape: [...batch, ...rows, ...columns] }];
  }),
  gradient: {
    A: (g) => {
      const { a, b, dy } = asMatrices(g);
      const da = timesTransposed(g.e, dy, b); // dA = dY·Bᵀ
      return a === g.input("A") ? da : g.e.squeeze(da, [da.shape.length - 2]);
    },
    B: (g) => {
      const { a, b, dy } = asMatrices(g);
      const db = transposedTimes(g.e, a, dy, b.shape.length); // dB = Aᵀ·dY
      return b === g.input("B") ? db : g.e.squeeze(db, [db.shape.length - 1]);
    },
  },
});

/** The product with vectors as the rows and columns that they stand for. */
function asMatrices(g: GradientContext<"A" | "B">): { readonly a: Value; readonly b: Value; readonly dy: Value } {
  const [a, b] = [g.input("A"), g.input("B")];
  const [row, column] = [a.shape.length === 1, b.shape.length === 1];
  const rank = g.dy().shape.length + (row ? 1 : 0) + (column ? 1 : 0);
  const added = [...(row ? [rank - 2] : []), ...(column ? [rank - 1] : [])];
  return { a: row ? g.e.unsqueeze(a, [0]) : a, b: column ? g.e.unsqueeze(b, [1]) : b, dy: added.length > 0 ? g.e.unsqueeze(g.dy(), added) : g.dy() };
}

/** X·Bᵀ. */
function timesTransposed(e: Emitter, x: Value, b: Value): Value {
  return x.shape.length === 2 && b.shape.length === 2 ? e.gemm(x, b, undefined, { transB: true }) : e.matMul(x, swapLast(e, b));
}

/** Aᵀ·X; where a matrix of `rank` 2 served a whole stack, summed over the stack in the same product. */
function transposedTimes(e: Emitter, a: Value, x: Value, rank: number): Value {
  const [inner, outer] = [a.shape.at(-1), x.shape.at(-1)];
  if (a.shape.length === 2 && x.shape.length === 2) return e.gemm(a, x, undefined, { transA: true });
  if (rank > 2 || typeof inner !== "number" || typeof outer !== "number" || a.shape.length !== x.shape.length) return e.matMul(swapLast(e, a), x);
  return e.gemm(e.reshape(a, [-1, inner]), e.reshape(x, [-1, outer]), undefined, { transA: true });
}

function swapLast(e: Emitter, x: Value): Value {
  const axes = x.shape.map((_, i) => i);
  return e.transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}
