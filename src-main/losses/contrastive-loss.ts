import { z } from "zod";
import { distance, distanceOptions, pairsOf, requireEmbeddings } from "./distance.js";
import { meanOver } from "./elementwise.js";
import { defineLoss } from "./loss.js";

/**
 * mean of ½·y·d² + ½·(1 - y)·max(0, margin - d)² over pairs, with their distance d and y = 1 for two of one class (Hadsell, Chopra and LeCun 2006,
 * https://doi.org/10.1109/CVPR.2006.100). PyTorch has no module of it.
 */
export const contrastiveLoss = defineLoss({
  type: "ContrastiveLoss",
  summary: "For embeddings: two of one class are to be near, two of different classes at least a margin apart; pairs are drawn anew in every epoch",
  config: z.strictObject({
    margin: z.number().positive().default(1).describe("Pairs of different classes that are farther apart cost nothing"),
    ...distanceOptions,
  }),
  targets: ["embedding"],
  expects: "values",
  activation: "identity",
  draws: "pairs",
  lower: (ctx) => {
    requireEmbeddings(ctx);
    const { e, config, output, target } = ctx;
    const [one, other] = pairsOf(e, output);
    const [its, others] = pairsOf(e, target);
    const d = distance(e, one, other, config);
    const same = e.cast(e.equal(its, others), output.dtype);
    const apart = e.relu(e.shift(e.neg(d), config.margin));
    return meanOver(ctx, e.add(e.mul(same, e.square(d)), e.mul(e.subFrom(1, same), e.square(apart))), 0.5);
  },
});
