import { z } from "zod";
import { defineLayer } from "./layer.js";

/** (eˣ - e⁻ˣ) / (eˣ + e⁻ˣ). torch.nn.Tanh */
export const tanh = defineLayer({
  type: "Tanh",
  group: "Activation",
  summary: "Squeezes any number into -1 to 1",
  config: z.strictObject({}),
  lower: ({ e, input }) => e.tanh(input),
  // The slope 1 - y² is under 0.02 there.
  activation: { saturatedOutside: [-0.99, 0.99] },
  values: () => ({ range: [-1, 1] }),
  torch: () => ({ expression: ([x = ""]) => `torch.tanh(${x})` }),
});
