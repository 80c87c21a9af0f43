import { binary } from "./elementwise.js";
import { defineKernel } from "./kernel.js";

/** A · B, broadcasting. https://onnx.ai/onnx/operators/onnx__Mul.html */
export const mul = defineKernel({
  type: "Mul",
  compile: (c) =>
    binary(
      c,
      (a, b) => c.tf.mul(a, b),
      (a, b) => a * b,
    ),
});
