import { z } from "zod";
import { sizeOf } from "../../onnx/types.js";
import { defineInitializer } from "./initializer.js";

/** torch.nn.init.zeros_. */
export const zeros = defineInitializer({
  type: "zeros",
  summary: "0 everywhere; for biases (a weight of zeros never learns)",
  config: z.strictObject({ type: z.literal("zeros") }),
  fill: (shape) => new Float32Array(sizeOf(shape)),
});
