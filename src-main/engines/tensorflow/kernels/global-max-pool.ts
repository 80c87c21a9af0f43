import { defineKernel } from "./kernel.js";
import { operand } from "./operands.js";
import { overSpace, withShare } from "./reduce.js";

/** The largest over all axes but N and C, which keep length 1. https://onnx.ai/onnx/operators/onnx__GlobalMaxPool.html */
export const globalMaxPool = defineKernel({
  type: "GlobalMaxPool",
  compile: (c) => (operands) => overSpace(c, operand(operands, 0), (x, axes) => withShare(c, "max", axes)(x)),
});
