import { z } from "zod";
import { defineLayer } from "./layer.js";
import { likeSummed, pairOf, summed } from "./pair.js";
import { sampleSize } from "./shape.js";
import { Code, call } from "../base/python.js";

/** Σ aᵢ·bᵢ over the last axis, broadcasting: `[N, D]` twice becomes `[N, 1]`, `[N, T, D]` twice `[N, T]`. torch.linalg.vecdot */
export const dotProduct = defineLayer({
  type: "DotProduct",
  group: "Joining",
  summary: "One number for two inputs: large where both are large in the same places",
  config: z.strictObject({}),
  arity: [2, 2],
  lower: (ctx) => {
    const [a, b] = pairOf(ctx);
    return summed(ctx.e, ctx.e.mul(a, b), a.shape.length - 1);
  },
  torch: (_config, types) => ({ expression: (inputs) => likeSummed(call("torch.linalg.vecdot", inputs.map(asCode)), types) }),
  cost: (_config, inputs) => Math.max(...inputs.map(sampleSize)),
});

function asCode(name: string): Code {
  return new Code(name);
}
