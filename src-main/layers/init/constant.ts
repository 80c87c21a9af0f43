import { z } from "zod";
import { sizeOf } from "../../onnx/types.js";
import { defineInitializer } from "./initializer.js";

/** torch.nn.init.constant_. */
export const constant = defineInitializer({
  type: "constant",
  summary: "One value everywhere",
  config: z.strictObject({ type: z.literal("constant"), value: z.number().default(0).describe("The value") }),
  torchNames: { value: "val" },
  fill: (shape, { value }) => new Float32Array(sizeOf(shape)).fill(value),
});
