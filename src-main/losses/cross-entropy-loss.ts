import { z } from "zod";
import { call } from "../base/python.js";
import { likelihoodBalance, likelihoodOptions, negativeLogLikelihood, requireClasses, torchLikelihood } from "./likelihood.js";
import { defineLoss } from "./loss.js";

/** Negative log likelihood of the softmax of the output. torch.nn.CrossEntropyLoss */
export const crossEntropyLoss = defineLoss({
  type: "CrossEntropyLoss",
  summary: "For one class out of several; the network gives raw scores, the softmax is inside",
  config: z.strictObject({
    ...likelihoodOptions,
    labelSmoothing: z.number().min(0).max(1).default(0).describe("Share of each sample spread over all classes, against overconfidence"),
  }),
  targets: ["category"],
  expects: "scores",
  activation: "softmax",
  balance: likelihoodBalance,
  torch: (config) => ({ code: call("nn.CrossEntropyLoss", [], { ...torchLikelihood(config), label_smoothing: [config.labelSmoothing, 0] }) }),
  lower: (ctx) => {
    requireClasses(ctx);
    return negativeLogLikelihood(ctx, ctx.e.logSoftmax(ctx.output, 1), ctx.config.labelSmoothing);
  },
});
