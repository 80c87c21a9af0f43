import { unary } from "./elementwise.js";
import { defineKernel } from "./kernel.js";

/** eˣ. https://onnx.ai/onnx/operators/onnx__Exp.html */
export const exp = defineKernel({ type: "Exp", compile: (c) => unary(c, (x) => c.tf.exp(x)) });
