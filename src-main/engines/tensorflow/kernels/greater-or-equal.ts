import { binary } from "./elementwise.js";
import { defineKernel } from "./kernel.js";

/** A ≥ B, broadcasting. https://onnx.ai/onnx/operators/onnx__GreaterOrEqual.html */
export const greaterOrEqual = defineKernel({
  type: "GreaterOrEqual",
  compile: (c) =>
    binary(
      c,
      (a, b) => c.tf.greaterEqual(a, b),
      (a, b) => Number(a >= b),
      "bool",
    ),
});
