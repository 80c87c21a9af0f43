import { unary } from "./elementwise.js";
import { defineKernel } from "./kernel.js";

/** −1, 0 or 1. https://onnx.ai/onnx/operators/onnx__Sign.html */
export const sign = defineKernel({ type: "Sign", compile: (c) => unary(c, (x) => c.tf.sign(x), { host: (x) => Math.sign(x) }) });
