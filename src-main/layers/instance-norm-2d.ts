import { z } from "zod";
import { initField } from "./init-option.js";
import { groupNormalized, isSingle, scaleAndBias } from "./group-normalization.js";
import { defineLayer } from "./layer.js";
import { pictureOf } from "./picture.js";
import { onlyInput, sampleSize } from "./shape.js";
import { call } from "../base/python.js";

const config = z.strictObject({
  eps: z.number().nonnegative().default(1e-5).describe("Added to the variance, against division by 0"),
  affine: z.boolean().default(false).describe("Learn a scale and a bias for each channel"),
  init: initField("the scale"),
  initBias: initField("the bias"),
});

/** (x - mean) / √(variance + eps) by channel and sample. torch.nn.InstanceNorm2d without running statistics, its default; https://arxiv.org/abs/1607.08022 */
export const instanceNorm2d = defineLayer({
  type: "InstanceNorm2d",
  group: "Normalisation",
  summary: "Brings each channel of each picture to mean 0 and variance 1, which takes away contrast",
  config,
  parameters: ({ affine, init, initBias }, inputs) => (affine ? scaleAndBias(pictureOf("InstanceNorm2d", inputs, 2).channels, init, initBias) : []),
  lower: (ctx) => groupNormalized(ctx, pictureOf("InstanceNorm2d", ctx.inputs, 2).channels, ctx.config.eps, ctx.config.affine),
  constant: (_config, inputs) => (isSingle(inputs, pictureOf("InstanceNorm2d", inputs, 2).channels) ? "a single number is its own mean" : undefined),
  torch: ({ eps, affine }, inputs) => ({
    module: call("nn.InstanceNorm2d", [pictureOf("InstanceNorm2d", inputs, 2).channels], { eps: [eps, 1e-5], affine: [affine, false] }),
  }),
  cost: (_config, inputs) => 2 * sampleSize(onlyInput("InstanceNorm2d", inputs)),
});
