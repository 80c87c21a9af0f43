import { defineKernel } from "./kernel.js";
import { operand } from "./operands.js";

/** The operand itself. https://onnx.ai/onnx/operators/onnx__Identity.html */
export const identity = defineKernel({ type: "Identity", compile: () => (operands) => operand(operands, 0) });
