import { counting } from "./host.js";
import { defineKernel } from "./kernel.js";
import { operand } from "./operands.js";
import { standardize } from "./standardized.js";

/** scale·x̂ + bias, each group of channels of each sample standardized by itself; one scale a channel, or a group (version 18). https://onnx.ai/onnx/operators/onnx__GroupNormalization.html */
export const groupNormalization = defineKernel({
  type: "GroupNormalization",
  compile: (c) => {
    const { tf } = c;
    const [epsilon, groups] = [c.float("epsilon", 1e-5), c.int("num_groups")];
    return (operands) => {
      const x = operand(operands, 0);
      const [n = 1, channels = 1, ...rest] = x.dims;
      const apart = tf.reshape(x.tensor(), [n, groups, channels / groups, ...rest]);
      const { y } = standardize(tf, apart, counting(rest.length + 1, 2), epsilon);
      const [scale, bias] = [1, 2].map((i) => {
        const v = operand(operands, i);
        return tf.reshape(v.tensor(), [1, groups, v.size === channels ? channels / groups : 1, ...rest.map(() => 1)]);
      });
      return c.hold(tf.reshape(tf.add(tf.mul(y, scale ?? 1), bias ?? 0), [...x.dims]));
    };
  },
});
