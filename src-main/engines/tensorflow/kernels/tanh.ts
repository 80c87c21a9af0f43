import { unary } from "./elementwise.js";
import { defineKernel } from "./kernel.js";

/** tanh X. https://onnx.ai/onnx/operators/onnx__Tanh.html */
export const tanh = defineKernel({ type: "Tanh", compile: (c) => unary(c, (x) => c.tf.tanh(x)) });
