import { fromFront } from "./host.js";
import { defineKernel } from "./kernel.js";
import { numbersAt, operand } from "./operands.js";
import { reshaped } from "./reshaped.js";

/** With axes of length 1 where they are named in the result. https://onnx.ai/onnx/operators/onnx__Unsqueeze.html */
export const unsqueeze = defineKernel({
  type: "Unsqueeze",
  compile: (c) => {
    const attribute = c.ints("axes");
    return (operands) => {
      const x = operand(operands, 0);
      const given = numbersAt(operands, 1) ?? attribute ?? [];
      const rank = x.dims.length + given.length;
      const axes = given.map((a) => fromFront(a, rank));
      const rest = x.dims.values();
      return reshaped(
        c,
        x,
        Array.from({ length: rank }, (_, i) => (axes.includes(i) ? 1 : (rest.next().value ?? 1))),
      );
    };
  },
});
