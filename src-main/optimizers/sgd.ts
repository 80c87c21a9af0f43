import { z } from "zod";
import { defineOptimizer } from "./optimizer.js";
import { learningRate, weightDecay } from "./options.js";
import { withWeightDecay } from "./weight-decay.js";

/**
 * Stochastic gradient descent, as torch.optim.SGD: g ← g + λp; b ← µb + (1 - dampening)·g, but b ← g on the first step;
 * d = g + µb with Nesterov, else b; p ← p - lr·d.
 */
export const sgd = defineOptimizer({
  type: "SGD",
  summary: "Plain gradient descent, with momentum if wanted. Simple and sturdy, but the learning rate needs care.",
  config: z
    .strictObject({
      type: z.literal("SGD"),
      lr: learningRate(0.01),
      momentum: z.number().min(0).default(0).describe("How much of the last step is carried on; 0.9 is common."),
      dampening: z.number().default(0).describe("Share of a new gradient that momentum leaves aside."),
      nesterov: z.boolean().default(false).describe("Look ahead along the momentum; needs momentum and no dampening."),
      weightDecay: weightDecay(0),
    })
    .refine((c) => !c.nesterov || (c.momentum > 0 && c.dampening === 0), { path: ["nesterov"], message: "nesterov needs momentum above 0 and dampening 0" }),
  slots: (config): Record<string, number> => (config.momentum === 0 ? {} : { momentum: 0 }),
  // b starts at 0, so that b ← µ·0 + share·g with share = 1 is PyTorch's first step.
  scalars: (config, step, lr): Record<string, number> => (dampens(config) ? { lr, share: step === 1 ? 1 : 1 - config.dampening } : { lr }),
  update: ({ e, config, parameters, gradient, slot, scalar }) => {
    const g = withWeightDecay(e, gradient, parameters, config.weightDecay);
    if (config.momentum === 0) return { parameters: e.sub(parameters, e.mul(g, scalar("lr"))), slots: {} };
    const buffer = e.add(e.scale(slot("momentum"), config.momentum), dampens(config) ? e.mul(g, scalar("share")) : g);
    const direction = config.nesterov ? e.add(g, e.scale(buffer, config.momentum)) : buffer;
    return { parameters: e.sub(parameters, e.mul(direction, scalar("lr"))), slots: { momentum: buffer } };
  },
});

function dampens(config: { readonly momentum: number; readonly dampening: number }): boolean {
  return config.momentum !== 0 && config.dampening !== 0;
}
