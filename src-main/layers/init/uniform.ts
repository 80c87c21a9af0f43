import { z } from "zod";
import { fillWith } from "./fill.js";
import { defineInitializer } from "./initializer.js";

/** torch.nn.init.uniform_: uniform in [a, b). */
export const uniform = defineInitializer({
  type: "uniform",
  summary: "Uniform between two bounds of your choice",
  config: z.strictObject({
    type: z.literal("uniform"),
    a: z.number().default(0).describe("The lower bound"),
    b: z.number().default(1).describe("The upper bound"),
  }),
  fill: (shape, { a, b }, random) => fillWith(shape, () => a + (b - a) * random.uniform()),
});
