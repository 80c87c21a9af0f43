import { fromFront } from "./host.js";
import { defineKernel } from "./kernel.js";
import { numbersAt, operand } from "./operands.js";
import { reshaped } from "./reshaped.js";

/** Without the axes named, or without all of length 1. https://onnx.ai/onnx/operators/onnx__Squeeze.html */
export const squeeze = defineKernel({
  type: "Squeeze",
  compile: (c) => {
    const attribute = c.ints("axes");
    return (operands) => {
      const x = operand(operands, 0);
      const axes = (numbersAt(operands, 1) ?? attribute)?.map((a) => fromFront(a, x.dims.length));
      return reshaped(
        c,
        x,
        x.dims.filter((d, i) => (axes ? !axes.includes(i) : d !== 1)),
      );
    };
  },
});
