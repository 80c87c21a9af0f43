import { z } from "zod";
import { float } from "../onnx/types.js";
import { type ActivationTrait, defineLayer } from "./layer.js";
import { Code, call } from "../base/python.js";

/** x where x > 0, else α(eˣ - 1). torch.nn.ELU; Clevert et al. 2015, https://arxiv.org/abs/1511.07289 */
export const elu = defineLayer({
  type: "ELU",
  group: "Activation",
  summary: "Like ReLU, but bends smoothly to -alpha below 0",
  config: z.strictObject({ alpha: z.number().default(1).describe("What very negative inputs come out as, negated") }),
  lower: ({ e, input, config }) => e.op("Elu", [input], { alpha: float(config.alpha) }),
  activation: trait(1),
  activationFor: ({ alpha }) => trait(alpha),
  // A negative alpha turns it over: then it is never below 0.
  values: ({ alpha }) => ({ range: [Math.min(0, -alpha), Infinity] }),
  torch: ({ alpha }) => ({ expression: ([x = ""]) => call("F.elu", [new Code(x)], { alpha: [alpha, 1] }) }),
});

/** Below -0.99α the slope is under 0.01α. */
function trait(alpha: number): ActivationTrait {
  return { saturatedOutside: [-0.99 * alpha, Infinity] };
}
