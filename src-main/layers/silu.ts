import { z } from "zod";
import { defineLayer } from "./layer.js";

/** x·σ(x), also called swish. torch.nn.SiLU; Ramachandran et al. 2017, https://arxiv.org/abs/1710.05941 */
export const silu = defineLayer({
  type: "SiLU",
  group: "Activation",
  summary: "A smooth ReLU, as EfficientNet uses it",
  config: z.strictObject({}),
  lower: ({ e, input }) => e.mul(input, e.sigmoid(input)),
  // The least of x·σ(x), at -1.278.
  values: () => ({ range: [-0.2785, Infinity] }),
  torch: () => ({ expression: ([x = ""]) => `F.silu(${x})` }),
});
