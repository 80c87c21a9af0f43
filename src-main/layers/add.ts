import { z } from "zod";
import { showShape } from "../onnx/types.js";
import { defineLayer } from "./layer.js";
import { broadcasts } from "./shape.js";

/** The sum of its inputs, broadcasting; a skip connection. torch.add */
export const add = defineLayer({
  type: "Add",
  group: "Joining",
  summary: "Adds two or more inputs element by element, as a skip connection does",
  config: z.strictObject({}),
  arity: [2, Infinity],
  lower: (ctx) => {
    const {
      e,
      inputs: [first, ...rest],
    } = ctx;
    if (!first || rest.length === 0) return ctx.fail("expected two or more inputs; connect another one");
    return rest.reduce((sum, x) => {
      if (x.dtype !== sum.dtype || !broadcasts(sum.shape, x.shape)) {
        return ctx.fail(`expected inputs of one type and shape (an axis of 1 repeats), got ${showShape(sum.shape)} and ${showShape(x.shape)}`);
      }
      return e.add(sum, x);
    }, first);
  },
  torch: () => ({ expression: (inputs) => inputs.join(" + ") }),
});
