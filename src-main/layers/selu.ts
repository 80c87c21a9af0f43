import { z } from "zod";
import { defineLayer } from "./layer.js";

/** ONNX's defaults are PyTorch's constants: α = 1.6732632423543772, scale = 1.0507009873554805. */
const LOWEST = -1.6732632423543772 * 1.0507009873554805;

/** scale · (x where x > 0, else α(eˣ - 1)). torch.nn.SELU; Klambauer et al. 2017, https://arxiv.org/abs/1706.02515 */
export const selu = defineLayer({
  type: "SELU",
  group: "Activation",
  summary: "An ELU scaled so that signals keep mean 0 and variance 1 through deep networks",
  config: z.strictObject({}),
  lower: ({ e, input }) => e.op("Selu", [input]),
  activation: { saturatedOutside: [0.99 * LOWEST, Infinity] },
  values: () => ({ range: [LOWEST, Infinity] }),
  torch: () => ({ expression: ([x = ""]) => `F.selu(${x})` }),
});
