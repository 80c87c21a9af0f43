import { unary } from "./elementwise.js";
import { defineKernel } from "./kernel.js";

/** max(X, 0); TensorFlow.js has its slope 0 at 0, as PyTorch. https://onnx.ai/onnx/operators/onnx__Relu.html */
export const relu = defineKernel({ type: "Relu", compile: (c) => unary(c, (x) => c.tf.relu(x)) });
