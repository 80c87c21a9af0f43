import { unary } from "./elementwise.js";
import { defineKernel } from "./kernel.js";

/** 1 / (1 + e⁻ˣ). https://onnx.ai/onnx/operators/onnx__Sigmoid.html */
export const sigmoid = defineKernel({ type: "Sigmoid", compile: (c) => unary(c, (x) => c.tf.sigmoid(x)) });
