import { defineKernel } from "./kernel.js";
import { operand } from "./operands.js";

/** The axes in another order, the reverse by default. https://onnx.ai/onnx/operators/onnx__Transpose.html */
export const transpose = defineKernel({
  type: "Transpose",
  compile: (c) => {
    const given = c.ints("perm");
    return (operands) => {
      const x = operand(operands, 0);
      return c.hold(c.tf.transpose(x.tensor(), [...(given ?? [...x.dims.keys()].reverse())]), x.dtype);
    };
  },
});
