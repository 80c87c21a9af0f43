import { z } from "zod";
import { defineLayer } from "./layer.js";

/** The same numbers with their axes in another order. torch.permute */
export const permute = defineLayer({
  type: "Permute",
  group: "Linear and shape",
  summary: "Puts axes in another order: from [N, C, L], as convolutions have a series, to [N, L, C]",
  config: z.strictObject({
    dims: z
      .array(z.int().nonnegative())
      .min(2)
      .meta({ description: "The axes in their new order; the batch, 0, stays first", examples: [[0, 2, 1]] }),
  }),
  lower: (ctx) => {
    const {
      e,
      input: x,
      config: { dims },
    } = ctx;
    if (dims[0] !== 0) return ctx.fail("expected dims to begin with 0: the batch stays first");
    if (dims.length !== x.shape.length || new Set(dims).size !== dims.length || dims.some((axis) => axis >= x.shape.length))
      return ctx.fail(`expected dims to name each of the axes 0 to ${x.shape.length - 1} once, got ${dims.join(", ")}`);
    return e.transpose(x, dims);
  },
  passes: true,
  torch: ({ dims }) => ({ expression: ([x = "x"]) => `${x}.permute(${dims.join(", ")})` }),
});
