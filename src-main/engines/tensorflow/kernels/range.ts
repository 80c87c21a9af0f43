import { counting } from "./host.js";
import { defineKernel } from "./kernel.js";
import { numbersAt, operand } from "./operands.js";

/** start, start + delta, … before limit. https://onnx.ai/onnx/operators/onnx__Range.html */
export const range = defineKernel({
  type: "Range",
  compile: (c) => (operands) => {
    const [start = 0, limit = 0, delta = 1] = [0, 1, 2].map((i) => numbersAt(operands, i)?.[0]);
    const numbers = counting(Math.max(0, Math.ceil((limit - start) / delta)), start, delta);
    return c.host(operand(operands, 0).dtype, [numbers.length], numbers);
  },
});
