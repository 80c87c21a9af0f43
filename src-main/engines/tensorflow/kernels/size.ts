import { defineKernel } from "./kernel.js";
import { operand } from "./operands.js";

/** The number of elements. https://onnx.ai/onnx/operators/onnx__Size.html */
export const size = defineKernel({ type: "Size", compile: (c) => (operands) => c.host("int64", [], [operand(operands, 0).size]) });
