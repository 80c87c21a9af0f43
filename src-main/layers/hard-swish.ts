import { z } from "zod";
import { float } from "../onnx/types.js";
import { defineLayer } from "./layer.js";

/** x · min(max(0, x / 6 + ½), 1). torch.nn.Hardswish; Howard et al. 2019, https://arxiv.org/abs/1905.02244 */
export const hardSwish = defineLayer({
  type: "HardSwish",
  group: "Activation",
  summary: "A SiLU of straight lines and a curve between them, as MobileNetV3 uses it",
  config: z.strictObject({}),
  lower: ({ e, input }) => e.mul(input, e.op("HardSigmoid", [input], { alpha: float(1 / 6), beta: float(0.5) })),
  // The least of x·(x + 3) / 6, at -1.5.
  values: () => ({ range: [-0.375, Infinity] }),
  torch: () => ({ expression: ([x = ""]) => `F.hardswish(${x})` }),
});
