import { z } from "zod";
import { showShape } from "../onnx/types.js";
import { defineLayer } from "./layer.js";
import { broadcasts } from "./shape.js";

/** The first input without the second, broadcasting. torch.sub */
export const sub = defineLayer({
  type: "Sub",
  group: "Joining",
  summary: "Takes the second input from the first: what is left of a series without its trend",
  config: z.strictObject({}),
  arity: [2, 2],
  lower: (ctx) => {
    const {
      e,
      inputs: [a, b],
    } = ctx;
    if (!a || !b) return ctx.fail("expected two inputs");
    if (a.dtype !== b.dtype || !broadcasts(a.shape, b.shape))
      return ctx.fail(`expected inputs of one type and shape (an axis of 1 repeats), got ${showShape(a.shape)} and ${showShape(b.shape)}`);
    return e.sub(a, b);
  },
  constantOfSame: "a value less itself is 0",
  torch: () => ({ expression: (inputs) => inputs.join(" - ") }),
});
