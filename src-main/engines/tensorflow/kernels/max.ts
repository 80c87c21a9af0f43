import { extremeOfOperands } from "./extremes.js";
import { defineKernel } from "./kernel.js";

/** The greatest of all operands, broadcasting. https://onnx.ai/onnx/operators/onnx__Max.html */
export const max = defineKernel({ type: "Max", compile: (c) => extremeOfOperands(c, "maximum") });
