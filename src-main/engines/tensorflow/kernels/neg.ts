import { unary } from "./elementwise.js";
import { defineKernel } from "./kernel.js";

/** −X. https://onnx.ai/onnx/operators/onnx__Neg.html */
export const neg = defineKernel({ type: "Neg", compile: (c) => unary(c, (x) => c.tf.neg(x), { host: (x) => 0 - x }) });
