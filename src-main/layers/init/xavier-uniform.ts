import { z } from "zod";
import { xavierStd } from "./fans.js";
import { fillWith } from "./fill.js";
import { defineInitializer } from "./initializer.js";

/** torch.nn.init.xavier_uniform_: uniform in ±gain · √(6 / (in + out)). */
export const xavierUniform = defineInitializer({
  type: "xavier_uniform",
  summary: "Uniform, scaled so that signals keep their size through tanh and sigmoid layers (Glorot)",
  config: z.strictObject({ type: z.literal("xavier_uniform"), gain: z.number().default(1).describe("Multiplies the result") }),
  fill: (shape, config, random) => {
    const bound = Math.sqrt(3) * xavierStd(config.type, shape, config.gain);
    return fillWith(shape, () => (2 * random.uniform() - 1) * bound);
  },
});
