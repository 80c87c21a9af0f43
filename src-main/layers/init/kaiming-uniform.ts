import { z } from "zod";
import { kaimingOptions, kaimingStd } from "./fans.js";
import { fillWith } from "./fill.js";
import { defineInitializer } from "./initializer.js";

/** torch.nn.init.kaiming_uniform_: uniform in ±√3 · gain / √fan. With a = √5 it is PyTorch's default for Linear and convolutions. */
export const kaimingUniform = defineInitializer({
  type: "kaiming_uniform",
  summary: "Uniform, scaled so that signals keep their size through ReLU-like layers (He)",
  config: z.strictObject({ type: z.literal("kaiming_uniform"), ...kaimingOptions }),
  fill: (shape, config, random) => {
    const bound = Math.sqrt(3) * kaimingStd(config.type, shape, config);
    return fillWith(shape, () => (2 * random.uniform() - 1) * bound);
  },
});
