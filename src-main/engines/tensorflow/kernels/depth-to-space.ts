import { defineKernel } from "./kernel.js";
import { operand } from "./operands.js";

/** Channels to blocks of pixels, `[N, C, H, W]` to `[N, C/b², H·b, W·b]`. https://onnx.ai/onnx/operators/onnx__DepthToSpace.html */
export const depthToSpace = defineKernel({
  type: "DepthToSpace",
  compile: (c) => {
    const { tf } = c;
    const [b, rows] = [c.int("blocksize"), c.string("mode", "DCR") === "CRD"];
    return (operands) => {
      const x = operand(operands, 0);
      const [n = 1, channels = 1, height = 1, width = 1] = x.dims;
      const depth = channels / (b * b);
      const apart = tf.reshape(x.tensor(), rows ? [n, depth, b, b, height, width] : [n, b, b, depth, height, width]);
      return c.hold(tf.reshape(tf.transpose(apart, rows ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2]), [n, depth, height * b, width * b]), x.dtype);
    };
  },
});
