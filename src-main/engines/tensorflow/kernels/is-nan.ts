import { unary } from "./elementwise.js";
import { defineKernel } from "./kernel.js";

/** True where X is not a number. https://onnx.ai/onnx/operators/onnx__IsNaN.html */
export const isNan = defineKernel({ type: "IsNaN", compile: (c) => unary(c, (x) => c.tf.isNaN(x), { dtype: "bool" }) });
