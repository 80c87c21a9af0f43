import type { Backbone } from "./backbone.js";

/** By what Lathe's layers are called inside one of the sixteen blocks. */
const INSIDE: Readonly<Record<string, string>> = {
  expand: "_expand_conv",
  expandNorm: "_bn0",
  depthwise: "_depthwise_conv",
  depthwiseNorm: "_bn1",
  project: "_project_conv",
  projectNorm: "_bn2",
};
const AROUND: Readonly<Record<string, string>> = { stem: "_conv_stem", stemNorm: "_bn0", head: "_conv_head", headNorm: "_bn1" };
const TENSORS: Readonly<Record<string, string>> = { weight: "weight", bias: "bias", runningMean: "running_mean", runningVar: "running_var" };

/** Google's EfficientNet-Lite0, trained on ImageNet: 3.4 million parameters. `SOURCE.md` beside the file says where it is from. */
export const efficientNetLite0: Backbone = {
  type: "efficientnet-lite0",
  title: "EfficientNet-Lite0, trained on ImageNet",
  version: "0.1.0",
  licence: "Apache-2.0",
  normalize: { mean: [0.498, 0.498, 0.498], deviation: [0.502, 0.502, 0.502] },
  multipleOf: 32,
  sizes: [96, 224],
  features: 1280,
  tensorName(name) {
    const [, block, layer = "", tensor = ""] = /^(?:block(\d+)\.)?(\w+)\.(\w+)$/.exec(name) ?? [];
    const names = block === undefined ? AROUND : INSIDE;
    if (!Object.hasOwn(names, layer) || !Object.hasOwn(TENSORS, tensor)) return undefined;
    return `${block === undefined ? "" : `_blocks.${block}.`}${names[layer]}.${TENSORS[tensor]}`;
  },
};
