import { z } from "zod";
import { difference, meanOver } from "./elementwise.js";
import { defineLoss } from "./loss.js";

/**
 * mean of max(q·e, (q − 1)·e) with e = target - output (Koenker and Bassett 1978): least where a share q of targets lies below the output. Lowered as
 * |d|/2 + (1/2 - q)·d with d = -e.
 */
export const quantileLoss = defineLoss({
  type: "QuantileLoss",
  summary: "Pinball loss: learns the value that a share of the truths lies below; two of them make a prediction interval",
  config: z.strictObject({ quantile: z.number().gt(0).lt(1).default(0.5).describe("The share of truths below the output; 0.5 is the median") }),
  targets: ["numeric"],
  expects: "values",
  activation: "identity",
  lower: (ctx) => {
    const {
      e,
      config: { quantile },
    } = ctx;
    const d = difference(ctx);
    return meanOver(ctx, e.add(e.scale(e.abs(d), 0.5), e.scale(d, 0.5 - quantile)));
  },
});
