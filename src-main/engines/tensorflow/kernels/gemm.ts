import type { Tensor } from "@tensorflow/tfjs-core";
import { defineKernel } from "./kernel.js";
import { operand } from "./operands.js";

/** α·A'·B' + β·C. https://onnx.ai/onnx/operators/onnx__Gemm.html */
export const gemm = defineKernel({
  type: "Gemm",
  compile: (c) => {
    const { tf } = c;
    const [transA, transB] = [c.int("transA", 0) !== 0, c.int("transB", 0) !== 0];
    const [alpha, beta] = [c.float("alpha", 1), c.float("beta", 1)];
    const scaled = (t: Tensor, by: number) => (by === 1 ? t : tf.mul(t, by));
    return (operands) => {
      const product = scaled(tf.matMul(operand(operands, 0).tensor(), operand(operands, 1).tensor(), transA, transB), alpha);
      const bias = operands[2];
      return c.hold(bias ? tf.add(product, scaled(bias.tensor(), beta)) : product);
    };
  },
});
