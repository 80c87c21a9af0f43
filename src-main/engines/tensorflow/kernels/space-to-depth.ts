import { defineKernel } from "./kernel.js";
import { operand } from "./operands.js";

/** Blocks of pixels to channels, `[N, C, H, W]` to `[N, C·b², H/b, W/b]`. https://onnx.ai/onnx/operators/onnx__SpaceToDepth.html */
export const spaceToDepth = defineKernel({
  type: "SpaceToDepth",
  compile: (c) => {
    const { tf } = c;
    const b = c.int("blocksize");
    return (operands) => {
      const x = operand(operands, 0);
      const [n = 1, channels = 1, height = 1, width = 1] = x.dims;
      const apart = tf.reshape(x.tensor(), [n, channels, height / b, b, width / b, b]);
      return c.hold(tf.reshape(tf.transpose(apart, [0, 3, 5, 1, 2, 4]), [n, channels * b * b, height / b, width / b]), x.dtype);
    };
  },
});
