import { binary } from "./elementwise.js";
import { defineKernel } from "./kernel.js";

/** A − B, broadcasting. https://onnx.ai/onnx/operators/onnx__Sub.html */
export const sub = defineKernel({
  type: "Sub",
  compile: (c) =>
    binary(
      c,
      (a, b) => c.tf.sub(a, b),
      (a, b) => a - b,
    ),
});
