import { binary } from "./elementwise.js";
import { defineKernel } from "./kernel.js";

/** A > B, broadcasting. https://onnx.ai/onnx/operators/onnx__Greater.html */
export const greater = defineKernel({
  type: "Greater",
  compile: (c) =>
    binary(
      c,
      (a, b) => c.tf.greater(a, b),
      (a, b) => Number(a > b),
      "bool",
    ),
});
