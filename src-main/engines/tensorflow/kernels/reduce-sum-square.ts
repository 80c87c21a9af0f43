import { reduction } from "./reduce.js";
import { defineKernel } from "./kernel.js";

/** Σ x² over axes. https://onnx.ai/onnx/operators/onnx__ReduceSumSquare.html */
export const reduceSumSquare = defineKernel({ type: "ReduceSumSquare", compile: (c) => reduction(c, (x, axes, keep) => c.tf.sum(c.tf.square(x), axes, keep)) });
