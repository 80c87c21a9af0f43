import { z } from "zod";
import { defineLayer } from "./layer.js";

/** max(0, x). torch.nn.ReLU */
export const relu = defineLayer({
  type: "ReLU",
  group: "Activation",
  summary: "Passes what is positive, drops what is negative",
  config: z.strictObject({}),
  lower: ({ e, input }) => e.relu(input),
  activation: { deadAtOrBelow: 0 },
  values: () => ({ range: [0, Infinity] }),
  torch: () => ({ expression: ([x = ""]) => `F.relu(${x})` }),
});
