import { z } from "zod";
import { xavierStd } from "./fans.js";
import { fillWith } from "./fill.js";
import { defineInitializer } from "./initializer.js";

/** torch.nn.init.xavier_normal_: normal of standard deviation gain · √(2 / (in + out)). */
export const xavierNormal = defineInitializer({
  type: "xavier_normal",
  summary: "Normal, scaled so that signals keep their size through tanh and sigmoid layers (Glorot)",
  config: z.strictObject({ type: z.literal("xavier_normal"), gain: z.number().default(1).describe("Multiplies the result") }),
  fill: (shape, config, random) => {
    const std = xavierStd(config.type, shape, config.gain);
    return fillWith(shape, () => random.normal() * std);
  },
});
