import { countOf, fromFront } from "./host.js";
import { defineKernel } from "./kernel.js";
import { operand } from "./operands.js";
import { reshaped } from "./reshaped.js";

/** Two axes: those before `axis`, and the rest. https://onnx.ai/onnx/operators/onnx__Flatten.html */
export const flatten = defineKernel({
  type: "Flatten",
  compile: (c) => {
    const axis = c.int("axis", 1);
    return (operands) => {
      const x = operand(operands, 0);
      const at = fromFront(axis, x.dims.length);
      return reshaped(c, x, [countOf(x.dims.slice(0, at)), countOf(x.dims.slice(at))]);
    };
  },
});
