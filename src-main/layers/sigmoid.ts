import { z } from "zod";
import { defineLayer } from "./layer.js";

/** 1 / (1 + e⁻ˣ). torch.nn.Sigmoid */
export const sigmoid = defineLayer({
  type: "Sigmoid",
  group: "Activation",
  summary: "Squeezes any number into 0 to 1",
  config: z.strictObject({}),
  lower: ({ e, input }) => e.sigmoid(input),
  // The slope y(1 - y) is under 0.01 there.
  activation: { saturatedOutside: [0.01, 0.99] },
  values: () => ({ range: [0, 1], are: "probabilities" }),
  torch: () => ({ expression: ([x = ""]) => `torch.sigmoid(${x})` }),
});
