import type { Tensor } from "@tensorflow/tfjs-core";
import { defineKernel } from "./kernel.js";
import { recurrent, recurrentPart } from "./recurrent.js";

/** Hₜ = f(Xₜ·Wᵀ + Hₜ₋₁·Rᵀ + Wb + Rb). https://onnx.ai/onnx/operators/onnx__RNN.html */
export const rnn = defineKernel({
  type: "RNN",
  compile: (c) =>
    recurrent(c, {
      activations: ["Tanh"],
      states: 1,
      step: ({ tf }, x, [h], cell) => {
        const [f] = cell.activations;
        const sum = tf.add(x, recurrentPart(tf, h as Tensor, cell));
        return [f ? f(sum) : sum];
      },
    }),
});
