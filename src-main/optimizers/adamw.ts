import { z } from "zod";
import { adamScalars, adamSlots, adamStep } from "./adam-step.js";
import { defineOptimizer } from "./optimizer.js";
import { amsgrad, betas, eps, learningRate, weightDecay } from "./options.js";

/** AdamW (Loshchilov, Hutter 2017, https://arxiv.org/abs/1711.05101), as torch.optim.AdamW: p ← (1 - lr·λ)·p before Adam's step. */
export const adamw = defineOptimizer({
  type: "AdamW",
  summary: "Adam with weight decay done right: weights shrink by themselves, apart from the gradient.",
  config: z.strictObject({ type: z.literal("AdamW"), lr: learningRate(0.001), betas, eps: eps(1e-8), weightDecay: weightDecay(0.01), amsgrad }),
  slots: (config) => adamSlots(config),
  scalars: (config, step, lr): Record<string, number> => ({
    ...adamScalars(config, step, lr),
    ...(config.weightDecay === 0 ? {} : { keep: 1 - lr * config.weightDecay }),
  }),
  update: (context) => {
    const { e, config, parameters, gradient, scalar } = context;
    const { step, slots } = adamStep(context, gradient);
    const kept = config.weightDecay === 0 ? parameters : e.mul(parameters, scalar("keep"));
    return { parameters: e.sub(kept, step), slots };
  },
});
