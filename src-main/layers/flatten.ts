import { z } from "zod";
import { defineLayer } from "./layer.js";
import { axisOf, knownSize } from "./shape.js";
import { Code, call } from "../base/python.js";

/** Joins the axes startDim to endDim into one. torch.nn.Flatten */
export const flatten = defineLayer({
  type: "Flatten",
  group: "Linear and shape",
  summary: "Joins axes into one: [N, 3, 8, 8] becomes [N, 192]",
  config: z.strictObject({
    startDim: z.int().default(1).describe("The first axis to join; 0, the batch, cannot be joined"),
    endDim: z.int().default(-1).describe("The last axis to join; -1 is the last of all"),
  }),
  lower: (ctx) => {
    const { e, input: x, config } = ctx;
    const rank = x.shape.length;
    const [start, end] = [axisOf(config.startDim, rank), axisOf(config.endDim, rank)];
    if (start === undefined || end === undefined || start > end) {
      return ctx.fail(`expected startDim ${config.startDim} and endDim ${config.endDim} to be axes of the input, in this order`);
    }
    if (start === 0) return ctx.fail(`expected startDim 1 or more: axis 0 is the batch and stays`);
    if (start === end) return x;
    // Reshape's 0 copies a length, so a batch of unknown size needs no -1; that is left for joined axes of unknown size.
    const joined = knownSize(x.shape.slice(start, end + 1)) ?? -1;
    const kept = (from: number, to?: number) => x.shape.slice(from, to).map((d) => (typeof d === "number" ? d : -1));
    return e.reshape(x, [...x.shape.slice(0, start).map(() => 0), joined, ...kept(end + 1)]);
  },
  passes: true,
  torch: ({ startDim, endDim }) => ({ expression: ([x = ""]) => call("torch.flatten", [new Code(x), startDim], { end_dim: [endDim, -1] }) }),
});
