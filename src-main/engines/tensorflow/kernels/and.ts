import { binary } from "./elementwise.js";
import { defineKernel } from "./kernel.js";

/** Both, broadcasting. https://onnx.ai/onnx/operators/onnx__And.html */
export const and = defineKernel({
  type: "And",
  compile: (c) =>
    binary(
      c,
      (a, b) => c.tf.logicalAnd(a, b),
      (a, b) => Number(a !== 0 && b !== 0),
    ),
});
