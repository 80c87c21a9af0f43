import { z } from "zod";
import { distance, distanceOptions, requireEmbeddings, tripletsOf } from "./distance.js";
import { meanOver } from "./elementwise.js";
import { defineLoss } from "./loss.js";

/**
 * mean max(d(a, p) - d(a, n) + margin, 0) over triplets: a sample, one of its class and one of another. torch.nn.TripletMarginLoss; with `swap` the nearer of
 * d(a, n) and d(p, n) counts (Balntas et al. 2016, https://bmva-archive.org.uk/bmvc/2016/papers/paper119/index.html).
 */
export const tripletMarginLoss = defineLoss({
  type: "TripletMarginLoss",
  summary: "For embeddings: a sample is to be nearer to one of its class than to one of another, by a margin; both are drawn anew in every epoch",
  config: z.strictObject({
    margin: z.number().positive().default(1).describe("How much nearer one of the same class is to be"),
    ...distanceOptions,
    swap: z.boolean().default(false).describe("Also look at how near the one of the same class is to the one of another"),
  }),
  targets: ["embedding"],
  expects: "values",
  activation: "identity",
  draws: "triplets",
  lower: (ctx) => {
    requireEmbeddings(ctx);
    const { e, config, output } = ctx;
    const [anchor, positive, negative] = tripletsOf(e, output);
    const far = distance(e, anchor, negative, config);
    const farther = config.swap ? e.min(far, distance(e, positive, negative, config)) : far;
    return meanOver(ctx, e.relu(e.shift(e.sub(distance(e, anchor, positive, config), farther), config.margin)));
  },
});
