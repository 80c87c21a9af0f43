import { defineKernel } from "./kernel.js";
import { operand } from "./operands.js";
import { overSpace } from "./reduce.js";

/** The mean over all axes but N and C, which keep length 1. https://onnx.ai/onnx/operators/onnx__GlobalAveragePool.html */
export const globalAveragePool = defineKernel({
  type: "GlobalAveragePool",
  compile: (c) => (operands) => overSpace(c, operand(operands, 0), (x, axes) => c.tf.mean(x, axes, true)),
});
