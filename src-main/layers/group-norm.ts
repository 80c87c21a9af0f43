import { z } from "zod";
import { initField } from "./init-option.js";
import { groupNormalized, isSingle, scaleAndBias } from "./group-normalization.js";
import { defineLayer } from "./layer.js";
import { lengthOf, onlyInput, sampleSize } from "./shape.js";
import { call } from "../base/python.js";

const config = z.strictObject({
  numGroups: z
    .int()
    .positive()
    .meta({ description: "Groups of channels that are normalised together; must divide the channels", examples: [8] }),
  eps: z.number().nonnegative().default(1e-5).describe("Added to the variance, against division by 0"),
  affine: z.boolean().default(true).describe("Learn a scale and a bias for each channel"),
  init: initField("the scale"),
  initBias: initField("the bias"),
});

/**
 * (x - mean) / √(variance + eps) · weight + bias, mean and variance over groups of channels of each sample. torch.nn.GroupNorm; Wu, He 2018,
 * https://arxiv.org/abs/1803.08494
 */
export const groupNorm = defineLayer({
  type: "GroupNorm",
  group: "Normalisation",
  summary: "Brings groups of channels of each sample to mean 0 and variance 1; needs no batch",
  config,
  parameters: ({ affine, init, initBias }, inputs) => (affine ? scaleAndBias(lengthOf("GroupNorm", inputs, 1), init, initBias) : []),
  lower: (ctx) => {
    const channels = lengthOf("GroupNorm", ctx.inputs, 1);
    const { numGroups, eps, affine } = ctx.config;
    if (channels % numGroups !== 0) return ctx.fail(`expected numGroups ${numGroups} to divide its ${channels} channels`);
    return groupNormalized(ctx, numGroups, eps, affine);
  },
  constant: ({ numGroups }, inputs) => (isSingle(inputs, numGroups) ? "a single number is its own mean" : undefined),
  atEnd: () => "it brings the answers of each row to mean 0 and deviation 1",
  torch: ({ numGroups, eps, affine }, inputs) => ({
    module: call("nn.GroupNorm", [numGroups, lengthOf("GroupNorm", inputs, 1)], { eps: [eps, 1e-5], affine: [affine, true] }),
  }),
  // One for the square of each element, one for its scale.
  cost: (_config, inputs) => 2 * sampleSize(onlyInput("GroupNorm", inputs)),
});
