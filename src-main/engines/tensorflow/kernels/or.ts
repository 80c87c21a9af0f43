import { binary } from "./elementwise.js";
import { defineKernel } from "./kernel.js";

/** Either, broadcasting. https://onnx.ai/onnx/operators/onnx__Or.html */
export const or = defineKernel({
  type: "Or",
  compile: (c) =>
    binary(
      c,
      (a, b) => c.tf.logicalOr(a, b),
      (a, b) => Number(a !== 0 || b !== 0),
    ),
});
