import { LatheError } from "../base/errors.js";
import type { Emitter } from "../onnx/emitter.js";
import type { Value } from "../onnx/types.js";
import { defineOp } from "./op.js";
import { broadcastShapes } from "./rules.js";

/** Y = A·B as numpy.matmul: the last two axes multiply, those before broadcast. https://onnx.ai/onnx/operators/onnx__MatMul.html */
export const matMul = defineOp({
  type: "MatMul",
  inputs: ["A", "B"],
  infer: (c) => {
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
  },
  gradient: {
    A: (g) => g.e.matMul(matrixGradient(g.dy(), g.input("A"), g.input("B")), swapLast(g.e, g.input("B"))), // dA = dY·Bᵀ
    B: (g) => g.e.matMul(swapLast(g.e, g.input("A")), matrixGradient(g.dy(), g.input("A"), g.input("B"))), // dB = Aᵀ·dY
  },
});

function matrixGradient(dy: Value, a: Value, b: Value): Value {
  if (a.shape.length < 2 || b.shape.length < 2) throw new LatheError("autodiff.unsupported", "the gradient of MatMul with a vector operand is not there yet; reshape it to a matrix");
  return dy;
}

function swapLast(e: Emitter, x: Value): Value {
  const axes = x.shape.map((_, i) => i);
  return e.transpose(x, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
}
