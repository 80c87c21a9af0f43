import { z } from "zod";
import { type ActivationTrait, defineLayer } from "./layer.js";
import { Code, call } from "../base/python.js";

/** Where βx is above this, softplus(βx) = βx and its slope is 1 in float32 as it is: e^-17.5 < 2^-25. */
const LINEAR_IN_FLOAT32 = 17.5;

/** log(1 + e^(βx)) / β, and x itself where βx > threshold. torch.nn.Softplus */
export const softplus = defineLayer({
  type: "Softplus",
  group: "Activation",
  summary: "A smooth ReLU whose output is always positive",
  config: z.strictObject({
    beta: z.number().positive().default(1).describe("How sharply it bends"),
    threshold: z.number().default(20).describe("Inputs above threshold / beta pass unchanged"),
  }),
  lower: ({ e, input: x, config: { beta, threshold } }) => {
    const scaled = e.scale(x, beta);
    const y = e.scale(e.softplus(scaled), 1 / beta);
    return threshold < LINEAR_IN_FLOAT32 ? e.where(e.greater(scaled, e.scalarLike(threshold, x)), x, y) : y;
  },
  activation: trait(1),
  activationFor: ({ beta }) => trait(beta),
  values: () => ({ range: [0, Infinity] }),
  torch: ({ beta, threshold }) => ({ expression: ([x = ""]) => call("F.softplus", [new Code(x)], { beta: [beta, 1], threshold: [threshold, 20] }) }),
});

/** The slope is 1 - e^(-βy), under 0.01 there. */
function trait(beta: number): ActivationTrait {
  return { saturatedOutside: [0.01 / beta, Infinity] };
}
