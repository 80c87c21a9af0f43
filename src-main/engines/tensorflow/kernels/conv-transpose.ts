import type { Tensor } from "@tensorflow/tfjs-core";
import { laidDown } from "./convolve.js";
import { defineKernel } from "./kernel.js";
import { operand } from "./operands.js";
import { type Pads, padded } from "./padded.js";

/** The gradient of convolution as an operator of its own, W `[C, M/group, k…]`. https://onnx.ai/onnx/operators/onnx__ConvTranspose.html */
export const convTranspose = defineKernel({
  type: "ConvTranspose",
  compile: (c) => {
    const { tf } = c;
    const [given, spreads, pads, extra, shape] = [c.ints("strides"), c.ints("dilations"), c.ints("pads"), c.ints("output_padding"), c.ints("output_shape")];
    const [group, auto] = [c.int("group", 1), c.string("auto_pad", "NOTSET")];
    return (operands) => {
      const [x, w] = [operand(operands, 0), operand(operands, 1)];
      const size = w.dims.slice(2);
      const axes = size.map((_, i) => i);
      const [strides, dilations] = [axes.map((i) => given?.[i] ?? 1), axes.map((i) => spreads?.[i] ?? 1)];
      // TensorFlow.js fails to differentiate a split into one piece.
      const grouped = (t: Tensor): readonly Tensor[] => (group === 1 ? [t] : tf.split(t, group, size.length + 1));
      const filters = grouped(tf.transpose(w.tensor(), [...axes.map((i) => i + 2), 1, 0]));
      const parts = grouped(x.channelsLast()).map((part, i) => laidDown(tf, part, filters[i] as Tensor, strides, dilations));
      const whole = parts.length === 1 ? (parts[0] as Tensor) : tf.concat(parts, size.length + 1);
      const cuts = axes.map((i): Pads => {
        const full = whole.shape[i + 1] ?? 1;
        const added = extra?.[i] ?? 0;
        const wanted = shape ? shape.slice(-size.length)[i] : auto.startsWith("SAME") ? (x.dims[i + 2] ?? 1) * (strides[i] ?? 1) : undefined;
        if (wanted === undefined) return auto === "VALID" ? [0, added] : [0 - (pads?.[i] ?? 0), added - (pads?.[i + size.length] ?? 0)];
        const total = full + added - wanted;
        const less = Math.floor(total / 2);
        const before = auto === "SAME_UPPER" ? less : total - less;
        return [0 - before, added - (total - before)];
      });
      const y = padded(tf, whole, [[0, 0], ...cuts, [0, 0]]);
      const bias = operands[2];
      return c.holdLast(bias ? tf.add(y, bias.tensor()) : y);
    };
  },
});
