import { z } from "zod";
import { defineLayer } from "./layer.js";
import { axisOf, knownSize } from "./shape.js";
import { call } from "../base/python.js";

/** Parts one axis into several. torch.nn.Unflatten */
export const unflatten = defineLayer({
  type: "Unflatten",
  group: "Linear and shape",
  summary: "Parts an axis into several: [N, 192] becomes [N, 3, 8, 8]",
  config: z.strictObject({
    dim: z.int().default(1).describe("The axis to part; 0, the batch, cannot be parted"),
    unflattenedSize: z
      .array(z.int().positive())
      .min(1)
      .meta({ description: "Lengths of the axes it becomes; their product is its own", examples: [[3, 8, 8]] }),
  }),
  lower: (ctx) => {
    const {
      e,
      input: x,
      config: { dim, unflattenedSize },
    } = ctx;
    const axis = axisOf(dim, x.shape.length);
    if (axis === undefined || axis === 0) return ctx.fail(`expected dim ${dim} to be an axis of the input after the batch`);
    const product = unflattenedSize.reduce((a, b) => a * b, 1);
    if (product !== x.shape[axis])
      return ctx.fail(`expected the product of unflattenedSize ${unflattenedSize.join(" × ")}, which is ${product}, to be the length of axis ${axis}`);
    if (knownSize(x.shape.slice(1)) === undefined) return ctx.fail("expected all lengths but the batch to be known");
    return e.reshape(x, [-1, ...x.shape.slice(1, axis).map(Number), ...unflattenedSize, ...x.shape.slice(axis + 1).map(Number)]);
  },
  passes: true,
  torch: ({ dim, unflattenedSize }) => ({ module: call("nn.Unflatten", [dim, unflattenedSize]) }),
});
