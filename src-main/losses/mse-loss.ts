import { z } from "zod";
import { call } from "../base/python.js";
import { difference, meanOver } from "./elementwise.js";
import { defineLoss } from "./loss.js";

/** mean (output - target)². torch.nn.MSELoss */
export const mseLoss = defineLoss({
  type: "MSELoss",
  summary: "Mean squared error: large misses count most",
  config: z.strictObject({}),
  targets: ["numeric"],
  expects: "values",
  activation: "identity",
  torch: () => ({ code: call("nn.MSELoss") }),
  lower: (ctx) => meanOver(ctx, ctx.e.square(difference(ctx))),
});
