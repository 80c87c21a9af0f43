import { z } from "zod";
import { adamScalars, adamSlots, adamStep } from "./adam-step.js";
import { defineOptimizer } from "./optimizer.js";
import { amsgrad, betas, eps, learningRate, weightDecay } from "./options.js";
import { withWeightDecay } from "./weight-decay.js";

/** Adam (Kingma, Ba 2014, https://arxiv.org/abs/1412.6980), as torch.optim.Adam; weight decay is added to the gradient. */
export const adam = defineOptimizer({
  type: "Adam",
  summary: "Adapts the step of every weight by itself. The usual first choice.",
  config: z.strictObject({ type: z.literal("Adam"), lr: learningRate(0.001), betas, eps: eps(1e-8), weightDecay: weightDecay(0), amsgrad }),
  slots: (config) => adamSlots(config),
  scalars: (config, step, lr) => adamScalars(config, step, lr),
  update: (context) => {
    const { e, config, parameters, gradient } = context;
    const { step, slots } = adamStep(context, withWeightDecay(e, gradient, parameters, config.weightDecay));
    return { parameters: e.sub(parameters, step), slots };
  },
});
