import { z } from "zod";
import { likelihoodBalance, likelihoodOptions, negativeLogLikelihood, requireClasses } from "./likelihood.js";
import { defineLoss } from "./loss.js";

/** Negative log likelihood of log-probabilities. torch.nn.NLLLoss */
export const nllLoss = defineLoss({
  type: "NLLLoss",
  summary: "For one class out of several, where the network ends in a LogSoftmax",
  config: z.strictObject(likelihoodOptions),
  targets: ["category"],
  expects: "log-probabilities",
  activation: "exp",
  balance: likelihoodBalance,
  lower: (ctx) => {
    requireClasses(ctx);
    return negativeLogLikelihood(ctx, ctx.output);
  },
});
