import { z } from "zod";
import { drop } from "./drop.js";
import { defineLayer } from "./layer.js";
import { call } from "../base/python.js";

/**
 * Training: zero with probability p, else x / (1 - p), so that the mean stays; evaluation: x. torch.nn.Dropout; Srivastava et al. 2014,
 * https://jmlr.org/papers/v15/srivastava14a.html
 */
export const dropout = defineLayer({
  type: "Dropout",
  group: "Regularisation",
  summary: "Drops random inputs while training, against overfitting",
  config: z.strictObject({ p: z.number().min(0).max(1).default(0.5).describe("Share of inputs dropped while training") }),
  lower: (ctx) => drop(ctx, ctx.input, ctx.config.p),
  passes: true,
  constant: ({ p }) => (p === 1 ? "it drops everything while training" : undefined),
  atEnd: ({ p }) => (p === 0 ? undefined : `it puts 0 in the place of ${Number((100 * p).toPrecision(3))} % of the answers while training`),
  torch: ({ p }) => ({ module: call("nn.Dropout", [p]) }),
});
