import { z } from "zod";
import type { Value } from "../onnx/types.js";
import { attend, attentionCost, attentionHeld, attentionParameters } from "./attention.js";
import { weightAndBias } from "./convolution.js";
import { drop } from "./drop.js";
import { exactGelu } from "./gelu.js";
import { initField, initOf } from "./init-option.js";
import { type LayerContext, defineLayer } from "./layer.js";
import { normalizeLast } from "./layer-norm.js";
import { weightedSums } from "./linear.js";
import { causalMask } from "./multihead-attention.js";
import { lengthOf } from "./shape.js";
import { call } from "../base/python.js";

const TYPE = "TransformerEncoderLayer";

const config = z.strictObject({
  numHeads: z
    .int()
    .positive()
    .meta({ description: "Parts of a step's features that look around on their own; they divide the features", examples: [4] }),
  dimFeedforward: z.int().positive().default(2048).describe("Width of the two Linear layers behind the attention"),
  dropout: z.number().min(0).max(1).default(0.1).describe("Share dropped while training, of attention weights and of what each part adds"),
  activation: z.enum(["relu", "gelu"]).default("relu").describe("Between the two Linear layers"),
  layerNormEps: z.number().nonnegative().default(1e-5).describe("Added to the variance, against division by 0"),
  normFirst: z.boolean().default(false).describe("Normalise before each part instead of after it; deep stacks train better so"),
  bias: z.boolean().default(true).describe("Add learned biases"),
  causal: z.boolean().default(false).describe("A step sees itself and those before it, none after"),
  init: initField("the weights of attention and Linear layers"),
  initBias: initField("their biases"),
});

type Config = z.output<typeof config>;

/**
 * Self-attention and two Linear layers over `[N, T, E]`, each added to what it read and normalised. torch.nn.TransformerEncoderLayer, batch first; Vaswani
 * et al. 2017, https://arxiv.org/abs/1706.03762
 */
export const transformerEncoderLayer = defineLayer({
  type: TYPE,
  group: "Sequence",
  summary: "Attention and two Linear layers with shortcuts: one layer of a transformer",
  config,
  parameters: ({ dimFeedforward: wide, bias, init, initBias }, inputs) => {
    const width = lengthOf(TYPE, inputs, 2);
    const linear = (name: string, out: number, read: number) =>
      weightAndBias([out, read], bias ? out : 0, read, init, initBias).map((spec) => ({ ...spec, name: `${name}.${spec.name}` }));
    const norm = (name: string) => [
      { name: `${name}.weight`, shape: [width], init: { type: "ones" } },
      ...(bias ? [{ name: `${name}.bias`, shape: [width], init: { type: "zeros" } }] : []),
    ];
    return [
      ...attentionParameters(
        width,
        bias,
        (usual) => initOf(init, usual),
        (usual) => initOf(initBias, usual),
        "self_attn.",
      ),
      ...linear("linear1", wide, width),
      ...linear("linear2", width, wide),
      ...norm("norm1"),
      ...norm("norm2"),
    ];
  },
  lower: (ctx) => {
    const {
      e,
      input: x,
      config: { dropout, normFirst, numHeads, bias, causal },
    } = ctx;
    const attention = (v: Value) => drop(ctx, attend(ctx, v, { numHeads, dropout, bias, causal }, "self_attn."), dropout);
    const forward = (v: Value) => drop(ctx, feedForward(ctx, v), dropout);
    if (normFirst) {
      const seen = e.add(x, attention(normalized(ctx, x, "norm1")));
      return e.add(seen, forward(normalized(ctx, seen, "norm2")));
    }
    const seen = normalized(ctx, e.add(x, attention(x)), "norm1");
    return normalized(ctx, e.add(seen, forward(seen)), "norm2");
  },
  torch: ({ numHeads, dimFeedforward, dropout, activation, layerNormEps, normFirst, bias, causal }, inputs) => ({
    module: call("nn.TransformerEncoderLayer", [lengthOf(TYPE, inputs, 2), numHeads], {
      dim_feedforward: [dimFeedforward, 2048],
      dropout: [dropout, 0.1],
      activation: [activation, "relu"],
      layer_norm_eps: [layerNormEps, 1e-5],
      batch_first: [true, false],
      norm_first: [normFirst, false],
      // PyTorch has `bias` since 2.1; it is named only where it is needed.
      bias: [bias, true],
    }),
    called: (module, [x = "x"]) => `${module}(${x}${causal ? `, src_mask=${causalMask(x)}` : ""})`,
  }),
  cost: ({ dimFeedforward }, inputs) => {
    const [steps, width] = [lengthOf(TYPE, inputs, 1), lengthOf(TYPE, inputs, 2)];
    return attentionCost(steps, width) + 2 * steps * width * dimFeedforward + 4 * steps * width;
  },
  held: (c, inputs) => {
    const [steps, width] = [lengthOf(TYPE, inputs, 1), lengthOf(TYPE, inputs, 2)];
    // Both Linear layers with what is between them, and two normalisations.
    return attentionHeld(steps, width, c) + steps * (6 * c.dimFeedforward + 16 * width);
  },
  atEnd: ({ normFirst }) => (normFirst ? undefined : "it brings the answers of each row to mean 0 and deviation 1"),
});

function feedForward(ctx: LayerContext<Config>, x: Value): Value {
  const {
    e,
    config: { activation, bias, dropout },
  } = ctx;
  const linear = (v: Value, name: string) => weightedSums(e, v, ctx.parameter(`${name}.weight`), bias ? ctx.parameter(`${name}.bias`) : undefined);
  const wide = linear(x, "linear1");
  const active = activation === "relu" ? e.relu(wide) : exactGelu(e, wide);
  return linear(drop(ctx, active, dropout), "linear2");
}

function normalized(ctx: LayerContext<Config>, x: Value, name: string): Value {
  const { layerNormEps: eps, bias } = ctx.config;
  return normalizeLast(ctx, x, { axes: 1, eps, scale: ctx.parameter(`${name}.weight`), shift: bias ? ctx.parameter(`${name}.bias`) : undefined });
}
