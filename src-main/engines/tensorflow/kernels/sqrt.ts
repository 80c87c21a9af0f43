import { unary } from "./elementwise.js";
import { defineKernel } from "./kernel.js";

/** √X. https://onnx.ai/onnx/operators/onnx__Sqrt.html */
export const sqrt = defineKernel({ type: "Sqrt", compile: (c) => unary(c, (x) => c.tf.sqrt(x)) });
