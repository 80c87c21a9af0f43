import { extremeAlongAxes } from "./reduce.js";
import { defineKernel } from "./kernel.js";

/** The least over axes. https://onnx.ai/onnx/operators/onnx__ReduceMin.html */
export const reduceMin = defineKernel({ type: "ReduceMin", compile: (c) => extremeAlongAxes(c, "min") });
