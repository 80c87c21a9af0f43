import { fromFront } from "./host.js";
import { defineKernel } from "./kernel.js";
import { byLastAxis } from "./last-axis.js";
import { numbersAt, operand } from "./operands.js";

/**
 * Running sums along an axis; along another than the last TensorFlow.js turns their gradient round once too often.
 * https://onnx.ai/onnx/operators/onnx__CumSum.html
 */
export const cumSum = defineKernel({
  type: "CumSum",
  compile: (c) => {
    const [exclusive, reverse] = [c.int("exclusive", 0) === 1, c.int("reverse", 0) === 1];
    return (operands) => {
      const x = operand(operands, 0);
      const axis = fromFront(numbersAt(operands, 1)?.[0] ?? 0, x.dims.length);
      return c.hold(
        byLastAxis(c.tf, x.tensor(), axis, (t) => c.tf.cumsum(t, t.shape.length - 1, exclusive, reverse)),
        x.dtype,
      );
    };
  },
});
