import { z } from "zod";
import { call } from "../base/python.js";
import { difference, meanOver } from "./elementwise.js";
import { defineLoss } from "./loss.js";

/** mean |output - target|. torch.nn.L1Loss */
export const l1Loss = defineLoss({
  type: "L1Loss",
  summary: "Mean absolute error: all misses count by their size, outliers do little harm",
  config: z.strictObject({}),
  targets: ["numeric"],
  expects: "values",
  activation: "identity",
  torch: () => ({ code: call("nn.L1Loss") }),
  lower: (ctx) => meanOver(ctx, ctx.e.abs(difference(ctx))),
});
