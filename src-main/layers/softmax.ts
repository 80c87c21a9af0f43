import { z } from "zod";
import { defineLayer } from "./layer.js";
import { featureAxis } from "./shape.js";
import { Code, call } from "./torch.js";

/** eˣ / Σ eˣ along an axis. torch.nn.Softmax, whose `dim` has no default; here it is the last axis. */
export const softmax = defineLayer({
  type: "Softmax",
  group: "Activation",
  summary: "Turns scores into shares that sum to 1. CrossEntropyLoss wants scores, not this",
  config: z.strictObject({ dim: z.int().default(-1).describe("The axis along which shares sum to 1; -1 is the last") }),
  lower: (ctx) => ctx.e.softmax(ctx.input, featureAxis(ctx, ctx.config.dim)),
  torch: ({ dim }) => ({ expression: ([x = ""]) => call("torch.softmax", [new Code(x)], { dim: [dim, undefined] }) }),
});
