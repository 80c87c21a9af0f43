import { z } from "zod";
import { call } from "../base/python.js";
import { likelihoodBalance, likelihoodOptions, negativeLogLikelihood, requireClasses, torchLikelihood } from "./likelihood.js";
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
  torch: (config) => ({ code: call("nn.NLLLoss", [], torchLikelihood(config)) }),
  lower: (ctx) => {
    requireClasses(ctx);
    return negativeLogLikelihood(ctx, ctx.output);
  },
});
