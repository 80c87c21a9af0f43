import { counting } from "./host.js";
import { defineKernel } from "./kernel.js";
import { lying } from "./lying.js";
import { operand } from "./operands.js";
import { standardize } from "./standardized.js";

/** scale·x̂ + B by channel, each channel of each sample standardized by itself. https://onnx.ai/onnx/operators/onnx__InstanceNormalization.html */
export const instanceNormalization = defineKernel({
  type: "InstanceNormalization",
  compile: (c) => {
    const { tf } = c;
    const epsilon = c.float("epsilon", 1e-5);
    return (operands) => {
      const x = operand(operands, 0);
      const { t, axis, hold } = lying(c, x);
      const { y } = standardize(tf, t, counting(x.dims.length - 2, 2).map(axis), epsilon);
      const [scale, bias] = [1, 2].map((i) =>
        tf.reshape(
          operand(operands, i).tensor(),
          t.shape.map((_, at) => (at === axis(1) ? -1 : 1)),
        ),
      );
      return hold(tf.add(tf.mul(y, scale ?? 1), bias ?? 0));
    };
  },
});
