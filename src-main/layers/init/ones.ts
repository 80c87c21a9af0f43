import { z } from "zod";
import { sizeOf } from "../../onnx/types.js";
import { defineInitializer } from "./initializer.js";

/** torch.nn.init.ones_. */
export const ones = defineInitializer({
  type: "ones",
  summary: "1 everywhere; for the scale of a normalisation",
  config: z.strictObject({ type: z.literal("ones") }),
  fill: (shape) => new Float32Array(sizeOf(shape)).fill(1),
});
