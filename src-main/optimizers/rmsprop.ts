import { z } from "zod";
import { defineOptimizer } from "./optimizer.js";
import { decay, eps, learningRate, weightDecay } from "./options.js";
import { withWeightDecay } from "./weight-decay.js";

/**
 * RMSprop (Hinton 2012), as torch.optim.RMSprop: v ← αv + (1 - α)g², p ← p - lr·g / (√v + eps); centred, v - m² with m ← αm + (1 - α)g stands for v
 * under the root; with momentum, b ← µb + g / (√v + eps) and p ← p - lr·b.
 *
 * To save passes over memory the slots hold v/(1 - α), m/(1 - α) and κb, κ = √(1 - α), which needs no scaling of g: then √v + eps = κ·(√slot + eps/κ), and
 * 1/κ goes into the learning rate.
 */
export const rmsprop = defineOptimizer({
  type: "RMSprop",
  summary: "Divides each step by the recent size of its gradient. A classic for recurrent networks.",
  config: z.strictObject({
    type: z.literal("RMSprop"),
    lr: learningRate(0.01),
    alpha: decay.default(0.99).describe("How much of the past the running mean of the squared gradient keeps each step."),
    eps: eps(1e-8),
    weightDecay: weightDecay(0),
    momentum: z.number().min(0).default(0).describe("How much of the last step is carried on."),
    centered: z.boolean().default(false).describe("Divide by the gradient's spread instead of its size."),
  }),
  slots: (config): Record<string, number> => ({
    squareAverage: 0,
    ...(config.centered ? { average: 0 } : {}),
    ...(config.momentum > 0 ? { momentum: 0 } : {}),
  }),
  scalars: (config, _step, lr) => ({ lr: lr / Math.sqrt(1 - config.alpha) }),
  update: ({ e, config, parameters, gradient, slot, scalar }) => {
    const g = withWeightDecay(e, gradient, parameters, config.weightDecay);
    const squareAverage = e.add(e.scale(slot("squareAverage"), config.alpha), e.square(g));
    const average = config.centered ? e.add(e.scale(slot("average"), config.alpha), g) : undefined;
    // (v - m²)/(1 - α) = slotV - (1 - α)·slotM², a variance; Relu because rounding can leave it just below 0, whose root is NaN.
    const spread = average ? e.relu(e.sub(squareAverage, e.scale(e.square(average), 1 - config.alpha))) : squareAverage;
    const scaled = e.div(g, e.shift(e.sqrt(spread), config.eps / Math.sqrt(1 - config.alpha)));
    const momentum = config.momentum > 0 ? e.add(e.scale(slot("momentum"), config.momentum), scaled) : undefined;
    return {
      parameters: e.sub(parameters, e.mul(momentum ?? scaled, scalar("lr"))),
      slots: { squareAverage, ...(average ? { average } : {}), ...(momentum ? { momentum } : {}) },
    };
  },
});
