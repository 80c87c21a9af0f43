import { extremeOfOperands } from "./extremes.js";
import { defineKernel } from "./kernel.js";

/** The least of all operands, broadcasting. https://onnx.ai/onnx/operators/onnx__Min.html */
export const min = defineKernel({ type: "Min", compile: (c) => extremeOfOperands(c, "minimum") });
