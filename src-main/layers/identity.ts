import { z } from "zod";
import { defineLayer } from "./layer.js";

/** x. torch.nn.Identity */
export const identity = defineLayer({
  type: "Identity",
  group: "Linear and shape",
  summary: "Passes its input on unchanged; a placeholder, or a name for a value",
  config: z.strictObject({}),
  lower: ({ input }) => input,
  passes: true,
  torch: () => ({ expression: ([x = ""]) => x }),
});
