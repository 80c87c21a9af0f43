import { reduction } from "./reduce.js";
import { defineKernel } from "./kernel.js";

/** The sum over axes. https://onnx.ai/onnx/operators/onnx__ReduceSum.html */
export const reduceSum = defineKernel({ type: "ReduceSum", compile: (c) => reduction(c, (x, axes, keep) => c.tf.sum(x, axes, keep)) });
