import { countOf } from "./host.js";
import { defineKernel } from "./kernel.js";
import { numbersAt, operand } from "./operands.js";
import { reshaped } from "./reshaped.js";

/** The elements in other dimensions: 0 copies a length, −1 is inferred. https://onnx.ai/onnx/operators/onnx__Reshape.html */
export const reshape = defineKernel({
  type: "Reshape",
  compile: (c) => {
    const zeroes = c.int("allowzero", 0) === 1;
    return (operands) => {
      const x = operand(operands, 0);
      const dims = (numbersAt(operands, 1) ?? []).map((d, i) => (d === 0 && !zeroes ? (x.dims[i] ?? 0) : d));
      const known = countOf(dims.filter((d) => d !== -1));
      return reshaped(
        c,
        x,
        dims.map((d) => (d === -1 ? (known === 0 ? 0 : x.size / known) : d)),
      );
    };
  },
});
