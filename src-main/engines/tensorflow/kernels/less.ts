import { binary } from "./elementwise.js";
import { defineKernel } from "./kernel.js";

/** A < B, broadcasting. https://onnx.ai/onnx/operators/onnx__Less.html */
export const less = defineKernel({
  type: "Less",
  compile: (c) =>
    binary(
      c,
      (a, b) => c.tf.less(a, b),
      (a, b) => Number(a < b),
      "bool",
    ),
});
