import { z } from "zod";
import { defineLayer } from "./layer.js";
import { featureAxis } from "./shape.js";

/** What stands at one place of an axis, which is gone then. torch.select */
export const select = defineLayer({
  type: "Select",
  group: "Linear and shape",
  summary: "Takes one place of an axis: of [N, L, C] the last step, [N, C]",
  config: z.strictObject({
    dim: z.int().default(1).describe("The axis, after the batch, which is 0"),
    index: z.int().default(-1).describe("The place, from 0; -1 is the last"),
  }),
  lower: (ctx) => {
    const {
      e,
      input: x,
      config: { dim, index },
    } = ctx;
    const axis = featureAxis(ctx, dim);
    const length = x.shape[axis];
    if (typeof length === "number" && (index >= length || index < -length))
      return ctx.fail(`expected index ${index} to be one of the ${length} places of dim ${dim}`);
    // Slice's end is the first place behind it: after the last one, any number that is large enough.
    const end = index === -1 ? 2 ** 31 - 1 : index + 1;
    return e.squeeze(e.slice(x, [index], [end], [axis]), [axis]);
  },
  torch: ({ dim, index }) => ({ expression: ([x = "x"]) => `${x}.select(${dim}, ${index})` }),
});
