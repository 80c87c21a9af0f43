import { z } from "zod";
import { float } from "../onnx/types.js";
import { defineLayer } from "./layer.js";

/** min(max(0, x / 6 + ½), 1). torch.nn.Hardsigmoid */
export const hardSigmoid = defineLayer({
  type: "HardSigmoid",
  group: "Activation",
  summary: "A sigmoid of three straight lines, as the gates of MobileNetV3 use it",
  config: z.strictObject({}),
  lower: ({ e, input }) => e.op("HardSigmoid", [input], { alpha: float(1 / 6), beta: float(0.5) }),
  activation: { saturatedOutside: [1e-6, 1 - 1e-6] },
  values: () => ({ range: [0, 1], are: "probabilities" }),
  torch: () => ({ expression: ([x = ""]) => `F.hardsigmoid(${x})` }),
});
