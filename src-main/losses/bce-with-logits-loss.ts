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
    posWeight: z
      .union([z.literal("balanced"), z.number().positive()], { error: 'expected "balanced" or a number above 0' })
      .default(1)
      .describe('How many times a positive sample counts; "balanced": negatives over positives of the training rows, which evens them out'),
  }),
  targets: ["binary"],
  expects: "scores",
  activation: "sigmoid",
  // Where all are of one class, there is nothing to even out.
  balance: { posWeight: ([negatives = 0, positives = 0]) => (negatives > 0 && positives > 0 ? negatives / positives : 1) },
  lower: (ctx) => {
    requireSameType(ctx);
    const {
      e,
      output: x,
      target: y,
      config: { posWeight },
    } = ctx;
    if (posWeight === "balanced") return ctx.fail('expected posWeight as a number here: "balanced" is worked out from the training data before');
    if (posWeight === 1) return meanOver(e, e.sub(e.softplus(x), e.mul(x, y)));
    const positives = e.shift(e.scale(y, posWeight - 1), 1);
    return meanOver(e, e.add(e.mul(e.subFrom(1, y), x), e.mul(positives, e.softplus(e.neg(x)))));
  },
});
