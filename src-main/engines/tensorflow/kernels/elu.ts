import { unary, withSlope } from "./elementwise.js";
import { defineKernel } from "./kernel.js";

/** X where X > 0, α·(eˣ − 1) elsewhere. TensorFlow.js knows α = 1 only; the slope is α·eˣ = Y + α where X ≤ 0. https://onnx.ai/onnx/operators/onnx__Elu.html */
export const elu = defineKernel({
  type: "Elu",
  compile: (c) => {
    const { tf } = c;
    const alpha = c.float("alpha", 1);
    if (alpha === 1) return unary(c, (x) => tf.elu(x));
    return unary(
      c,
      withSlope(
        tf,
        (x) => tf.where(tf.greater(x, 0), x, tf.mul(tf.expm1(tf.minimum(x, 0)), alpha)),
        (x, y) => tf.where(tf.greater(x, 0), tf.onesLike(x), tf.add(y, alpha)),
      ),
    );
  },
});
