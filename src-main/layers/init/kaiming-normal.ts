import { z } from "zod";
import { kaimingOptions, kaimingStd } from "./fans.js";
import { fillWith } from "./fill.js";
import { defineInitializer } from "./initializer.js";

/** torch.nn.init.kaiming_normal_: normal of standard deviation gain / √fan. */
export const kaimingNormal = defineInitializer({
  type: "kaiming_normal",
  summary: "Normal, scaled so that signals keep their size through ReLU-like layers (He)",
  config: z.strictObject({ type: z.literal("kaiming_normal"), ...kaimingOptions }),
  fill: (shape, config, random) => {
    const std = kaimingStd(config.type, shape, config);
    return fillWith(shape, () => random.normal() * std);
  },
});
