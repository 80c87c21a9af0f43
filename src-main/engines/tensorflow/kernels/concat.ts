import { fromFront, joined } from "./host.js";
import { defineKernel } from "./kernel.js";
import { operand } from "./operands.js";
import { allLying } from "./lying.js";

/** One after the other along an axis. https://onnx.ai/onnx/operators/onnx__Concat.html */
export const concat = defineKernel({
  type: "Concat",
  compile: (c) => {
    const given = c.int("axis");
    return (operands) => {
      const xs = operands.map((_, i) => operand(operands, i));
      const { dtype, dims } = operand(operands, 0);
      const axis = fromFront(given, dims.length);
      if (xs.every((x) => x.isLengths)) {
        const whole = joined(
          xs.map((x) => ({ dims: x.dims, numbers: x.numbers() })),
          axis,
        );
        return c.host(dtype, whole.dims, whole.numbers);
      }
      const { ts, axis: lies, hold } = allLying(c, xs);
      return hold(c.tf.concat([...ts], lies(axis)), dtype);
    };
  },
});
