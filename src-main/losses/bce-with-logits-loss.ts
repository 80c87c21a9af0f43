import { z } from "zod";
import { meanOver, requireSameType } from "./elementwise.js";
import { defineLoss } from "./loss.js";

/**
 * -mean(posWeight·y·log σ(x) + (1 - y)·log(1 - σ(x))), from the logit x without ever forming σ(x), so it holds at any x. torch.nn.BCEWithLogitsLoss
 *
 * With log σ(x) = -softplus(-x) and log(1 - σ(x)) = -x - softplus(-x) that is (1 - y)·x + (1 + (posWeight - 1)·y)·softplus(-x), and for
 * posWeight 1 softplus(x) - x·y.
 */
export const bceWithLogitsLoss = defineLoss({
  type: "BCEWithLogitsLoss",
  summary: "For yes or no; the network gives a raw score, the sigmoid is inside",
  config: z.strictObject({
    posWeight: z.number().positive().default(1).describe("How many times a positive sample counts; negatives over positives evens them out"),
  }),
  targets: ["binary"],
  expects: "scores",
  activation: "sigmoid",
  lower: (ctx) => {
    requireSameType(ctx);
    const {
      e,
      output: x,
      target: y,
      config: { posWeight },
    } = ctx;
    if (posWeight === 1) return meanOver(ctx, e.sub(e.softplus(x), e.mul(x, y)));
    const positives = e.shift(e.scale(y, posWeight - 1), 1);
    return meanOver(ctx, e.add(e.mul(e.subFrom(1, y), x), e.mul(positives, e.softplus(e.neg(x)))));
  },
});
