import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../native.js";
import { withGradients } from "./elementwise.js";
import { defineKernel } from "./kernel.js";
import { operand } from "./operands.js";
import { lying } from "./lying.js";

/**
 * min(max(input, min), max). What is not cut passes the gradient, the bounds included, as torch.clamp; a bound gets that of what it cuts.
 * https://onnx.ai/onnx/operators/onnx__Clip.html
 */
export const clip = defineKernel({
  type: "Clip",
  compile: (c) => {
    const { tf } = c;
    const low = withGradients(
      tf,
      (x, min) => tf.maximum(x, min),
      (dy, [x, min]) => shares(tf, dy, tf.less(x as Tensor, min as Tensor)),
    );
    const high = withGradients(
      tf,
      (x, max) => tf.minimum(x, max),
      (dy, [x, max]) => shares(tf, dy, tf.greater(x as Tensor, max as Tensor)),
    );
    return (operands) => {
      const [min, max] = [operands[1]?.tensor(), operands[2]?.tensor()];
      const { t, hold } = lying(c, operand(operands, 0));
      const lifted = min ? low(t, min) : t;
      return hold(max ? high(lifted, max) : min ? lifted : tf.clone(t), operand(operands, 0).dtype);
    };
  },
});

/** The gradient of what is cut off goes to the bound, a scalar, the rest to x. */
function shares(tf: Tf, dy: Tensor, cut: Tensor): Tensor[] {
  const zero = tf.zerosLike(dy);
  return [tf.where(cut, zero, dy), tf.sum(tf.where(cut, dy, zero))];
}
