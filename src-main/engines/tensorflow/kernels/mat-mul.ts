import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../native.js";
import { broadcastDims, countOf } from "./host.js";
import { defineKernel } from "./kernel.js";
import { operand } from "./operands.js";

/** A·B as numpy.matmul: the last two axes multiply, those before broadcast. https://onnx.ai/onnx/operators/onnx__MatMul.html */
export const matMul = defineKernel({
  type: "MatMul",
  compile: (c) => {
    const { tf } = c;
    return (operands) => {
      const [a, b] = [operand(operands, 0), operand(operands, 1)];
      const left = a.dims.length === 1 ? tf.reshape(a.tensor(), [1, ...a.dims]) : a.tensor();
      const right = b.dims.length === 1 ? tf.reshape(b.tensor(), [...b.dims, 1]) : b.tensor();
      const batch = broadcastDims(left.shape.slice(0, -2), right.shape.slice(0, -2));
      const rows = a.dims.length === 1 ? [] : a.dims.slice(-2, -1);
      const columns = b.dims.length === 1 ? [] : b.dims.slice(-1);
      return c.hold(tf.reshape(product(tf, left, right, batch), [...batch, ...rows, ...columns]), a.dtype);
    };
  },
});

/**
 * A stack times one matrix is one product of matrices. Where both are stacks they are made equal: TensorFlow.js does not undo broadcasting in this gradient.
 */
function product(tf: Tf, left: Tensor, right: Tensor, batch: readonly number[]): Tensor {
  const [rows = 1, inner = 1, columns = 1] = [left.shape.at(-2), left.shape.at(-1), right.shape.at(-1)];
  if (right.shape.length === 2) return tf.matMul(tf.reshape(left, [-1, inner]), right);
  const wide = (t: Tensor, m: number, n: number) =>
    countOf(t.shape.slice(0, -2)) === countOf(batch) ? tf.reshape(t, [-1, m, n]) : tf.reshape(tf.broadcastTo(t, [...batch, m, n]), [-1, m, n]);
  return tf.matMul(wide(left, rows, inner), wide(right, inner, columns));
}
