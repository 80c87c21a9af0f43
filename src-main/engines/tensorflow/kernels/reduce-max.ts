import { extremeAlongAxes } from "./reduce.js";
import { defineKernel } from "./kernel.js";

/** The largest over axes. https://onnx.ai/onnx/operators/onnx__ReduceMax.html */
export const reduceMax = defineKernel({ type: "ReduceMax", compile: (c) => extremeAlongAxes(c, "max") });
