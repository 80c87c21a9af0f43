import { z } from "zod";
import { defineLayer } from "./layer.js";
import { call } from "./torch.js";

/**
 * Training: zero with probability p, else x / (1 - p), so that the mean stays; evaluation: x. torch.nn.Dropout; Srivastava et al. 2014,
 * https://jmlr.org/papers/v15/srivastava14a.html
 */
export const dropout = defineLayer({
  type: "Dropout",
  group: "Regularisation",
  summary: "Drops random inputs while training, against overfitting",
  config: z.strictObject({ p: z.number().min(0).max(1).default(0.5).describe("Share of inputs dropped while training") }),
  lower: (ctx) => {
    const {
      e,
      input: x,
      mode,
      config: { p },
    } = ctx;
    if (mode === "eval" || p === 0) return x;
    if (p === 1) return e.scale(x, 0);
    // One mask for the values and, by the product rule, for the gradient.
    const u = ctx.uniform(x.shape);
    const dropped = e.less(u, e.scalarLike(p, u));
    return e.mul(x, e.where(dropped, e.scalarLike(0, x), e.scalarLike(1 / (1 - p), x)));
  },
  passes: true,
  constant: ({ p }) => (p === 1 ? "it drops everything while training" : undefined),
  atEnd: ({ p }) => (p === 0 ? undefined : `it puts 0 in the place of ${Number((100 * p).toPrecision(3))} % of the answers while training`),
  torch: ({ p }) => ({ module: call("nn.Dropout", [p]) }),
});
