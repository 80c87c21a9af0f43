import { z } from "zod";
import { call } from "../base/python.js";
import { difference, meanOver } from "./elementwise.js";
import { huber } from "./huber.js";
import { defineLoss } from "./loss.js";

/** mean of d²/2 where |d| < delta, else delta·(|d| - delta/2). torch.nn.HuberLoss */
export const huberLoss = defineLoss({
  type: "HuberLoss",
  summary: "Squared error for small misses, absolute error for large ones",
  config: z.strictObject({ delta: z.number().positive().default(1).describe("Where squared error turns into absolute error") }),
  targets: ["numeric"],
  expects: "values",
  activation: "identity",
  torch: ({ delta }) => ({ code: call("nn.HuberLoss", [], { delta: [delta, 1] }) }),
  lower: (ctx) => meanOver(ctx, huber(ctx.e, difference(ctx), ctx.config.delta)),
});
