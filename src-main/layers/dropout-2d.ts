import { z } from "zod";
import { drop } from "./drop.js";
import { defineLayer } from "./layer.js";
import { pictureOf } from "./picture.js";
import { call } from "../base/python.js";

/**
 * Training: whole channels zero with probability p, else x / (1 - p); evaluation: x. torch.nn.Dropout2d; Tompson et al. 2015, https://arxiv.org/abs/1411.4280
 */
export const dropout2d = defineLayer({
  type: "Dropout2d",
  group: "Regularisation",
  summary: "Drops random channels of pictures while training, against overfitting",
  config: z.strictObject({ p: z.number().min(0).max(1).default(0.5).describe("Share of channels dropped while training") }),
  lower: (ctx) => {
    const { input: x, config } = ctx;
    pictureOf("Dropout2d", ctx.inputs, 2);
    return drop(ctx, x, config.p, [...x.shape.slice(0, 2), 1, 1]);
  },
  passes: true,
  constant: ({ p }) => (p === 1 ? "it drops everything while training" : undefined),
  torch: ({ p }) => ({ module: call("nn.Dropout2d", [p]) }),
});
