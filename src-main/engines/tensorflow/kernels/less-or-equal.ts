import { binary } from "./elementwise.js";
import { defineKernel } from "./kernel.js";

/** A ≤ B, broadcasting. https://onnx.ai/onnx/operators/onnx__LessOrEqual.html */
export const lessOrEqual = defineKernel({
  type: "LessOrEqual",
  compile: (c) =>
    binary(
      c,
      (a, b) => c.tf.lessEqual(a, b),
      (a, b) => Number(a <= b),
      "bool",
    ),
});
