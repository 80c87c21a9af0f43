import { z } from "zod";
import { defineLayer } from "./layer.js";

/** min(max(0, x), 6). torch.nn.ReLU6; Howard et al. 2017, https://arxiv.org/abs/1704.04861 */
export const relu6 = defineLayer({
  type: "ReLU6",
  group: "Activation",
  summary: "A ReLU that stops at 6, as small mobile networks use it",
  config: z.strictObject({}),
  // Through Relu, so that the slope at 0 is 0 as in PyTorch.
  lower: ({ e, input }) => e.clip(e.relu(input), undefined, 6),
  activation: { deadAtOrBelow: 0 },
  values: () => ({ range: [0, 6] }),
  torch: () => ({ expression: ([x = ""]) => `F.relu6(${x})` }),
});
