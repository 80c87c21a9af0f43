import { z } from "zod";
import { float } from "../onnx/types.js";
import { defineLayer } from "./layer.js";
import { Code, call } from "../base/python.js";

/** x where x > 0, else negativeSlope · x. torch.nn.LeakyReLU */
export const leakyRelu = defineLayer({
  type: "LeakyReLU",
  group: "Activation",
  summary: "Like ReLU, but lets a little of the negative through, so that no unit dies",
  config: z.strictObject({ negativeSlope: z.number().default(0.01).describe("Slope below 0") }),
  lower: ({ e, input, config }) => e.op("LeakyRelu", [input], { alpha: float(config.negativeSlope) }),
  values: ({ negativeSlope }) => ({ range: [negativeSlope > 0 ? -Infinity : 0, Infinity] }),
  torch: ({ negativeSlope }) => ({ expression: ([x = ""]) => call("F.leaky_relu", [new Code(x)], { negative_slope: [negativeSlope, 0.01] }) }),
});
