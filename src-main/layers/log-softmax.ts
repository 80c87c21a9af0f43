import { z } from "zod";
import { defineLayer } from "./layer.js";
import { alone, featureAxis } from "./shape.js";
import { Code, call } from "../base/python.js";

/** x - log Σ eˣ along an axis. torch.nn.LogSoftmax, whose `dim` has no default; here it is the last axis. */
export const logSoftmax = defineLayer({
  type: "LogSoftmax",
  group: "Activation",
  summary: "Turns scores into logarithms of shares that sum to 1, as NLLLoss wants them",
  config: z.strictObject({ dim: z.int().default(-1).describe("The axis along which shares sum to 1; -1 is the last") }),
  lower: (ctx) => ctx.e.logSoftmax(ctx.input, featureAxis(ctx, ctx.config.dim)),
  values: () => ({ range: [-Infinity, 0], are: "log-probabilities" }),
  constant: ({ dim }, inputs) => (alone(inputs, dim) ? "the share of a single number is always 1, and its logarithm 0" : undefined),
  torch: ({ dim }) => ({ expression: ([x = ""]) => call("torch.log_softmax", [new Code(x)], { dim: [dim, undefined] }) }),
});
