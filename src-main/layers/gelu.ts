import { z } from "zod";
import type { Emitter } from "../onnx/emitter.js";
import type { Value } from "../onnx/types.js";
import { defineLayer } from "./layer.js";
import { Code, call } from "../base/python.js";

/** x·Φ(x), Φ the standard normal's distribution function. torch.nn.GELU; Hendrycks, Gimpel 2016, https://arxiv.org/abs/1606.08415 */
export const gelu = defineLayer({
  type: "GELU",
  group: "Activation",
  summary: "A smooth ReLU, as transformers use it",
  config: z.strictObject({ approximate: z.enum(["none", "tanh"]).default("none").describe("none computes the exact form, tanh the approximation") }),
  lower: ({ e, input, config }) => (config.approximate === "tanh" ? approximate(e, input) : exactGelu(e, input)),
  // The least of x·Φ(x), at -0.752.
  values: () => ({ range: [-0.17, Infinity] }),
  torch: ({ approximate: form }) => ({ expression: ([x = ""]) => call("F.gelu", [new Code(x)], { approximate: [form, "none"] }) }),
});

/** 0.5·x·(1 + erf(x/√2)); opset 17 has no Gelu. */
export function exactGelu(e: Emitter, x: Value): Value {
  return e.mul(e.scale(x, 0.5), e.shift(e.erf(e.scale(x, Math.SQRT1_2)), 1));
}

/** 0.5·x·(1 + tanh z) with z = √(2/π)·(x + 0.044715·x³); since (1 + tanh z)/2 = σ(2z) that is x·σ(x·(a + b·x²)). */
function approximate(e: Emitter, x: Value): Value {
  const a = 2 * Math.sqrt(2 / Math.PI);
  return e.mul(x, e.sigmoid(e.mul(x, e.shift(e.scale(e.square(x), 0.044715 * a), a))));
}
