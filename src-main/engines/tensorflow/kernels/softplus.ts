import { unary } from "./elementwise.js";
import { defineKernel } from "./kernel.js";

/** ln(1 + eˣ). https://onnx.ai/onnx/operators/onnx__Softplus.html */
export const softplus = defineKernel({ type: "Softplus", compile: (c) => unary(c, (x) => c.tf.softplus(x)) });
