import { z } from "zod";
import { attend, attentionCost, attentionHeld, attentionParameters } from "./attention.js";
import { initField, initOf } from "./init-option.js";
import { defineLayer } from "./layer.js";
import { lengthOf } from "./shape.js";
import { call } from "../base/python.js";

const config = z.strictObject({
  numHeads: z
    .int()
    .positive()
    .meta({ description: "Parts of a step's features that look around on their own; they divide the features", examples: [4] }),
  dropout: z.number().min(0).max(1).default(0).describe("Share of the attention weights dropped while training"),
  bias: z.boolean().default(true).describe("Add learned biases"),
  causal: z.boolean().default(false).describe("A step sees itself and those before it, none after"),
  init: initField("the weights"),
  initBias: initField("the biases"),
});

/** Each step of `[N, T, E]` becomes a mixture of all steps, by likeness: self-attention. torch.nn.MultiheadAttention, batch first */
export const multiheadAttention = defineLayer({
  type: "MultiheadAttention",
  group: "Sequence",
  summary: "Each step of a series looks at all others, and takes of those that matter",
  config,
  parameters: ({ bias, init, initBias }, inputs) =>
    attentionParameters(
      lengthOf("MultiheadAttention", inputs, 2),
      bias,
      (usual) => initOf(init, usual),
      (usual) => initOf(initBias, usual),
    ),
  lower: (ctx) => attend(ctx, ctx.input, ctx.config),
  torch: ({ numHeads, dropout, bias, causal }, inputs) => ({
    module: call("nn.MultiheadAttention", [lengthOf("MultiheadAttention", inputs, 2), numHeads], {
      dropout: [dropout, 0],
      bias: [bias, true],
      batch_first: [true, false],
    }),
    called: (module, [x = "x"]) => `${module}(${x}, ${x}, ${x}, need_weights=False${causal ? `, attn_mask=${causalMask(x)}` : ""})[0]`,
  }),
  cost: (_config, inputs) => attentionCost(lengthOf("MultiheadAttention", inputs, 1), lengthOf("MultiheadAttention", inputs, 2)),
  held: (c, inputs) => attentionHeld(lengthOf("MultiheadAttention", inputs, 1), lengthOf("MultiheadAttention", inputs, 2), c),
});

/** @param x the series, in Python */
export function causalMask(x: string): string {
  return `nn.Transformer.generate_square_subsequent_mask(${x}.shape[1])`;
}
