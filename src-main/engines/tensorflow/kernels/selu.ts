import { unary, withSlope } from "./elementwise.js";
import { defineKernel } from "./kernel.js";

/**
 * γ·X where X > 0, γ·α·(eˣ − 1) elsewhere. TensorFlow.js has fixed constants; the slope is γ·α·eˣ = Y + γ·α where X ≤ 0.
 * https://onnx.ai/onnx/operators/onnx__Selu.html
 */
export const selu = defineKernel({
  type: "Selu",
  compile: (c) => {
    const { tf } = c;
    const gamma = c.float("gamma", 1.05070102214813232421875);
    const curve = gamma * c.float("alpha", 1.67326319217681884765625);
    return unary(
      c,
      withSlope(
        tf,
        (x) => tf.where(tf.greater(x, 0), tf.mul(x, gamma), tf.mul(tf.expm1(tf.minimum(x, 0)), curve)),
        (x, y) => tf.where(tf.greater(x, 0), tf.fill(x.shape, gamma), tf.add(y, curve)),
      ),
    );
  },
});
