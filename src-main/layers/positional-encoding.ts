import { z } from "zod";
import { isFloat, tensor } from "../onnx/types.js";
import { defineLayer } from "./layer.js";
import { lengthOf } from "./shape.js";

const TYPE = "PositionalEncoding";

/**
 * x plus a wave for each feature: sin(t / 10000^(i / E)) for even i and cos(t / 10000^((i - 1) / E)) for odd ones, t the step. Attention itself does not know
 * the order of steps. Vaswani et al. 2017, https://arxiv.org/abs/1706.03762
 */
export const positionalEncoding = defineLayer({
  type: TYPE,
  group: "Sequence",
  summary: "Adds to each step of a series where it stands, for attention, which does not know",
  config: z.strictObject({}),
  lower: (ctx) => {
    const { e, input: x } = ctx;
    if (x.shape.length !== 3 || !isFloat(x.dtype)) return ctx.fail("expected real numbers of shape [N, T, E], features of each step");
    const [steps, width] = [lengthOf(TYPE, [x], 1), lengthOf(TYPE, [x], 2)];
    return e.add(x, e.constant(tensor(x.dtype, waves(steps, width), [1, steps, width])));
  },
  torch: (_config, inputs) => {
    const [steps, width] = [lengthOf(TYPE, inputs, 1), lengthOf(TYPE, inputs, 2)];
    const i = `torch.arange(${width}, dtype=torch.float64)`;
    // A cosine is a sine that is a quarter ahead.
    const angles = `torch.outer(torch.arange(${steps}, dtype=torch.float64), 10000 ** (-(${i} - ${i} % 2) / ${width})) + ${i} % 2 * torch.pi / 2`;
    return { expression: ([x = "x"]) => `${x} + torch.sin(${angles}).to(${x})` };
  },
});

function waves(steps: number, width: number): number[] {
  return Array.from({ length: steps * width }, (_, at) => {
    const [t, i] = [Math.floor(at / width), at % width];
    const angle = t / 10000 ** ((i - (i % 2)) / width);
    return i % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
  });
}
