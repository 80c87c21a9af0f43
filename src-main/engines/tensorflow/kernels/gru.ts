import type { Tensor } from "@tensorflow/tfjs-core";
import { defineKernel } from "./kernel.js";
import { type Activation, gatesOf, recurrent, recurrentPart } from "./recurrent.js";

/**
 * Gates z, r, h: z and r = f(W x + R h), h̃ = g(W_h x + R_h(r∘h) + b), or g(W_h x + r∘(R_h h + b)) with linear_before_reset; h' = (1 − z)∘h̃ + z∘h.
 * https://onnx.ai/onnx/operators/onnx__GRU.html
 */
export const gru = defineKernel({
  type: "GRU",
  compile: (c) => {
    const linearFirst = c.int("linear_before_reset", 0) !== 0;
    return recurrent(c, {
      activations: ["Sigmoid", "Tanh"],
      states: 1,
      step: ({ tf }, x, [state], cell) => {
        const h = state as Tensor;
        const [f, g] = cell.activations as readonly [Activation, Activation];
        const [xz, xr, xh] = gatesOf(tf, x, 3) as readonly [Tensor, Tensor, Tensor];
        const blended = (z: Tensor, candidate: Tensor) => tf.add(tf.mul(tf.sub(1, z), candidate), tf.mul(z, h));
        const size = h.shape.at(-1) ?? 1;
        if (linearFirst) {
          const [rz, rr, rh] = gatesOf(tf, recurrentPart(tf, h, cell), 3) as readonly [Tensor, Tensor, Tensor];
          const [z, r] = [f(tf.add(xz, rz)), f(tf.add(xr, rr))];
          return [blended(z, g(tf.add(xh, tf.mul(r, rh))))];
        }
        const [gates, candidate] = tf.split(cell.r, [2 * size, size]) as [Tensor, Tensor];
        const [gateBias, candidateBias] = cell.bias ? tf.split(cell.bias[1], [2 * size, size]) : [];
        const [rz, rr] = gatesOf(tf, recurrentPart(tf, h, { ...cell, r: gates, bias: gateBias && [gateBias, gateBias] }), 2) as readonly [Tensor, Tensor];
        const [z, r] = [f(tf.add(xz, rz)), f(tf.add(xr, rr))];
        return [blended(z, g(tf.add(xh, recurrentPart(tf, tf.mul(r, h), { ...cell, r: candidate, bias: candidateBias && [candidateBias, candidateBias] }))))];
      },
    });
  },
});
