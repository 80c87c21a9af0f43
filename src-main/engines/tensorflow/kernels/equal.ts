import { binary } from "./elementwise.js";
import { defineKernel } from "./kernel.js";

/** A = B, broadcasting. https://onnx.ai/onnx/operators/onnx__Equal.html */
export const equal = defineKernel({
  type: "Equal",
  compile: (c) =>
    binary(
      c,
      (a, b) => c.tf.equal(a, b),
      (a, b) => Number(a === b),
      "bool",
    ),
});
