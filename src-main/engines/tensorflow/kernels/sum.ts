import { variadic } from "./elementwise.js";
import { defineKernel } from "./kernel.js";

/** The sum of all operands, broadcasting. https://onnx.ai/onnx/operators/onnx__Sum.html */
export const sum = defineKernel({
  type: "Sum",
  compile: (c) =>
    variadic(
      c,
      (a, b) => c.tf.add(a, b),
      (a, b) => a + b,
    ),
});
