import { binary } from "./elementwise.js";
import { defineKernel } from "./kernel.js";

/** A + B, broadcasting. https://onnx.ai/onnx/operators/onnx__Add.html */
export const add = defineKernel({
  type: "Add",
  compile: (c) =>
    binary(
      c,
      (a, b) => c.tf.add(a, b),
      (a, b) => a + b,
    ),
});
