import { z } from "zod";
import { defineLayer } from "./layer.js";
import { alone, featureAxis } from "./shape.js";
import { Code, call } from "../base/python.js";

/** eˣ / Σ eˣ along an axis. torch.nn.Softmax, whose `dim` has no default; here it is the last axis. */
export const softmax = defineLayer({
  type: "Softmax",
  group: "Activation",
  summary: "Turns scores into shares that sum to 1. CrossEntropyLoss wants scores, not this",
  config: z.strictObject({ dim: z.int().default(-1).describe("The axis along which shares sum to 1; -1 is the last") }),
  lower: (ctx) => ctx.e.softmax(ctx.input, featureAxis(ctx, ctx.config.dim)),
  values: () => ({ range: [0, 1], are: "probabilities", sum: 1 }),
  constant: ({ dim }, inputs) => (alone(inputs, dim) ? "the share of a single number is always 1" : undefined),
  torch: ({ dim }) => ({ expression: ([x = ""]) => call("torch.softmax", [new Code(x)], { dim: [dim, undefined] }) }),
});
