import { convolve } from "./convolve.js";
import { defineKernel } from "./kernel.js";
import { operand } from "./operands.js";
import { windowReader } from "./windows.js";

/** Convolution over one to three axes, W `[M, C/group, k…]`. https://onnx.ai/onnx/operators/onnx__Conv.html */
export const conv = defineKernel({
  type: "Conv",
  compile: (c) => {
    const { tf } = c;
    const group = c.int("group", 1);
    const windowOf = windowReader(c);
    return (operands) => {
      const [x, w] = [operand(operands, 0), operand(operands, 1)];
      const size = w.dims.slice(2);
      if (size.length > 3) c.unsupported(`${size.length} spatial axes`);
      const filter = tf.transpose(w.tensor(), [...size.map((_, i) => i + 2), 1, 0]);
      const y = convolve(tf, x.channelsLast(), filter, windowOf(size, x.dims.slice(2)), group);
      const bias = operands[2];
      return c.holdLast(bias ? tf.add(y, bias.tensor()) : y);
    };
  },
});
