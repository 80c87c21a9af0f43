import { reduction } from "./reduce.js";
import { defineKernel } from "./kernel.js";

/** The mean over axes. https://onnx.ai/onnx/operators/onnx__ReduceMean.html */
export const reduceMean = defineKernel({ type: "ReduceMean", compile: (c) => reduction(c, (x, axes, keep) => c.tf.mean(x, axes, keep)) });
