import { fromFront } from "./host.js";
import { defineKernel } from "./kernel.js";
import { numbersAt, operand } from "./operands.js";

/** Running sums along an axis. https://onnx.ai/onnx/operators/onnx__CumSum.html */
export const cumSum = defineKernel({
  type: "CumSum",
  compile: (c) => {
    const [exclusive, reverse] = [c.int("exclusive", 0) === 1, c.int("reverse", 0) === 1];
    return (operands) => {
      const x = operand(operands, 0);
      return c.hold(c.tf.cumsum(x.tensor(), fromFront(numbersAt(operands, 1)?.[0] ?? 0, x.dims.length), exclusive, reverse), x.dtype);
    };
  },
});
