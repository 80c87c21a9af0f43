import { z } from "zod";
import { defineLayer } from "./layer.js";
import { featureAxis } from "./shape.js";
import { Code, call } from "../base/python.js";

/** Inputs side by side along an axis. torch.cat */
export const concat = defineLayer({
  type: "Concat",
  group: "Joining",
  summary: "Puts two or more inputs side by side",
  config: z.strictObject({ dim: z.int().default(1).describe("The axis along which inputs are joined; 0, the batch, cannot be") }),
  arity: [2, Infinity],
  lower: (ctx) => {
    const { e, inputs, input: x } = ctx;
    const axis = featureAxis(ctx, ctx.config.dim);
    for (const other of inputs) {
      const fits = other.dtype === x.dtype && other.shape.length === x.shape.length && other.shape.every((d, i) => i === axis || d === x.shape[i]);
      if (!fits) return ctx.fail(`expected inputs of one type whose axes agree but for axis ${axis}; flatten or resize one of them`);
    }
    return e.concat(inputs, axis);
  },
  torch: ({ dim }) => ({ expression: (inputs) => call("torch.cat", [new Code(`[${inputs.join(", ")}]`)], { dim: [dim, 0] }) }),
});
