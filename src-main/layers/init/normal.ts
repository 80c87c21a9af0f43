import { z } from "zod";
import { fillWith } from "./fill.js";
import { defineInitializer } from "./initializer.js";

/** torch.nn.init.normal_. */
export const normal = defineInitializer({
  type: "normal",
  summary: "Normal with a mean and a standard deviation of your choice",
  config: z.strictObject({
    type: z.literal("normal"),
    mean: z.number().default(0).describe("The mean"),
    std: z.number().nonnegative().default(1).describe("The standard deviation"),
  }),
  fill: (shape, { mean, std }, random) => fillWith(shape, () => mean + std * random.normal()),
});
