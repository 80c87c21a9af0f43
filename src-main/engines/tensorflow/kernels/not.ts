import { unary } from "./elementwise.js";
import { defineKernel } from "./kernel.js";

/** True where X is false. https://onnx.ai/onnx/operators/onnx__Not.html */
export const not = defineKernel({ type: "Not", compile: (c) => unary(c, (x) => c.tf.logicalNot(x), { host: (x) => (x ? 0 : 1) }) });
