import { z } from "zod";
import { call } from "../base/python.js";
import { difference, meanOver } from "./elementwise.js";
import { huber } from "./huber.js";
import { defineLoss } from "./loss.js";

/** mean of d²/(2·beta) where |d| < beta, else |d| - beta/2: Huber's over beta. beta 0 is L1Loss. torch.nn.SmoothL1Loss */
export const smoothL1Loss = defineLoss({
  type: "SmoothL1Loss",
  summary: "Absolute error, rounded off near 0 so that it settles",
  config: z.strictObject({ beta: z.number().nonnegative().default(1).describe("Misses below this count squared; 0 is the absolute error") }),
  targets: ["numeric"],
  expects: "values",
  activation: "identity",
  torch: ({ beta }) => ({ code: call("nn.SmoothL1Loss", [], { beta: [beta, 1] }) }),
  lower: (ctx) => {
    const {
      e,
      config: { beta },
    } = ctx;
    const d = difference(ctx);
    return beta === 0 ? meanOver(ctx, e.abs(d)) : meanOver(ctx, huber(e, d, beta), 1 / beta);
  },
});
