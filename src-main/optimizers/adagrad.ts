import { z } from "zod";
import { defineOptimizer } from "./optimizer.js";
import { eps, learningRate, weightDecay } from "./options.js";
import { withWeightDecay } from "./weight-decay.js";

/** Adagrad (Duchi, Hazan, Singer 2011), as torch.optim.Adagrad: s ← s + g²; p ← p - lr / (1 + (t - 1)·lrDecay) · g / (√s + eps). */
export const adagrad = defineOptimizer({
  type: "Adagrad",
  summary: "Gives seldom-moved weights larger steps. Good for sparse inputs; its steps only ever shrink.",
  config: z.strictObject({
    type: z.literal("Adagrad"),
    lr: learningRate(0.01),
    lrDecay: z.number().min(0).default(0).describe("Shrinks the learning rate as 1 / (1 + steps · lrDecay)."),
    weightDecay: weightDecay(0),
    initialAccumulatorValue: z.number().min(0).default(0).describe("What the sum of squared gradients starts from."),
    eps: eps(1e-10),
  }),
  slots: (config) => ({ sum: config.initialAccumulatorValue }),
  scalars: (config, step, lr) => ({ lr: lr / (1 + (step - 1) * config.lrDecay) }),
  update: ({ e, config, parameters, gradient, slot, scalar }) => {
    const g = withWeightDecay(e, gradient, parameters, config.weightDecay);
    const sum = e.add(slot("sum"), e.square(g));
    const step = e.mul(e.div(g, e.shift(e.sqrt(sum), config.eps)), scalar("lr"));
    return { parameters: e.sub(parameters, step), slots: { sum } };
  },
});
