import type { Tensor } from "@tensorflow/tfjs-core";
import { defineKernel } from "./kernel.js";
import { type Activation, gatesOf, recurrent, recurrentPart } from "./recurrent.js";

/**
 * Gates i, o, f, c: i = f(Wᵢx + Rᵢh + Pᵢ∘c), f likewise, c' = f∘c + i∘g(W_c x + R_c h), o = f(Wₒx + Rₒh + Pₒ∘c'), h' = o∘h(c').
 * https://onnx.ai/onnx/operators/onnx__LSTM.html
 */
export const lstm = defineKernel({
  type: "LSTM",
  compile: (c) => {
    const together = c.int("input_forget", 0) === 1;
    return recurrent(c, {
      activations: ["Sigmoid", "Tanh", "Tanh"],
      states: 2,
      step: ({ tf }, x, state, cell) => {
        const [h, before] = state as readonly [Tensor, Tensor];
        const [f, g, out] = cell.activations as readonly [Activation, Activation, Activation];
        const [i, o, forget, candidate] = gatesOf(tf, tf.add(x, recurrentPart(tf, h, cell)), 4) as readonly [Tensor, Tensor, Tensor, Tensor];
        const peepholes = cell.peephole ? gatesOf(tf, cell.peephole, 3) : [];
        const seeing = (gate: Tensor, of: Tensor, peephole: Tensor | undefined) => (peephole ? tf.add(gate, tf.mul(of, peephole)) : gate);
        const input = f(seeing(i, before, peepholes[0]));
        const keep = together ? tf.sub(1, input) : f(seeing(forget, before, peepholes[2]));
        const after = tf.add(tf.mul(keep, before), tf.mul(input, g(candidate)));
        return [tf.mul(f(seeing(o, after, peepholes[1])), out(after)), after];
      },
    });
  },
});
