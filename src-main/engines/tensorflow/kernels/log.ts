import { unary } from "./elementwise.js";
import { defineKernel } from "./kernel.js";

/** ln X. https://onnx.ai/onnx/operators/onnx__Log.html */
export const log = defineKernel({ type: "Log", compile: (c) => unary(c, (x) => c.tf.log(x)) });
