import type { Backbone, BackboneLayer } from "./backbone.js";

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

/** Blocks one behind the other: how many, their kernel, the stride of the first, how much wider they are inside, channels they give. */
const STAGES = [
  { count: 1, kernel: 3, stride: 1, expand: 1, out: 16 },
  { count: 2, kernel: 3, stride: 2, expand: 6, out: 24 },
  { count: 2, kernel: 5, stride: 2, expand: 6, out: 40 },
  { count: 3, kernel: 3, stride: 2, expand: 6, out: 80 },
  { count: 3, kernel: 5, stride: 1, expand: 6, out: 112 },
  { count: 4, kernel: 5, stride: 2, expand: 6, out: 192 },
  { count: 1, kernel: 3, stride: 1, expand: 6, out: 320 },
] as const;
const [STEM, HEAD] = [32, 1280] as const;

type Options = Readonly<Record<string, unknown>>;

/** A convolution without a bias, its batch norm, and ReLU6 where it is asked for. */
function convolution(name: string, options: Options, activation?: string): BackboneLayer[] {
  return [
    { id: name, type: "Conv2d", ...options, bias: false },
    { id: `${name}Norm`, type: "BatchNorm2d", eps: 0.001 },
    ...(activation === undefined ? [] : [{ id: activation, type: "ReLU6" }]),
  ];
}

/** TensorFlow's "same" padding of even sides: with stride 2 what is odd of it stands at the end. */
function padded(name: string, kernel: number, stride: number): { readonly pad: BackboneLayer[]; readonly options: Options } {
  if (stride === 1) return { pad: [], options: { kernelSize: kernel, padding: (kernel - 1) / 2 } };
  const [before, after] = [(kernel - 3) / 2, (kernel - 1) / 2];
  return { pad: [{ id: name, type: "ZeroPad2d", padding: [before, after, before, after] }], options: { kernelSize: kernel, stride } };
}

/** Widened, each channel convolved by itself, narrowed; what it reads is added where that has the same shape. */
function inverted(channels: number, kernel: number, stride: number, expand: number, out: number): BackboneLayer[] {
  const wide = channels * expand;
  const { pad, options } = padded("pad", kernel, stride);
  return [
    ...(expand === 1 ? [] : convolution("expand", { outChannels: wide, kernelSize: 1 }, "expandAct")),
    ...pad,
    ...convolution("depthwise", { outChannels: wide, ...options, groups: wide }, "depthwiseAct"),
    ...convolution("project", { outChannels: out, kernelSize: 1 }),
    ...(stride === 1 && channels === out ? [{ id: "add", type: "Add", from: ["projectNorm", "input"] }] : []),
  ];
}

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
  blocks() {
    const made: Record<string, { layers: BackboneLayer[]; pretrained?: string }> = {};
    const known = new Map<string, string>();
    const layers: BackboneLayer[] = [];
    let channels: number = STEM;
    for (const { count, kernel, stride: first, expand, out } of STAGES) {
      for (let k = 0; k < count; k++) {
        const inside = inverted(channels, kernel, k === 0 ? first : 1, expand, out);
        const key = JSON.stringify(inside);
        const block = known.get(key) ?? `mbconv${layers.length}`;
        known.set(key, block);
        made[block] = { layers: inside };
        layers.push({ id: `block${layers.length}`, type: "Block", block });
        channels = out;
      }
    }
    const stem = padded("stemPad", 3, 2);
    const around = [...stem.pad, ...convolution("stem", { outChannels: STEM, ...stem.options }, "stemAct"), ...layers];
    made["backbone"] = { layers: [...around, ...convolution("head", { outChannels: HEAD, kernelSize: 1 }, "headAct")], pretrained: "efficientnet-lite0" };
    return made;
  },
  tensorName(name) {
    const [, block, layer = "", tensor = ""] = /^(?:block(\d+)\.)?(\w+)\.(\w+)$/.exec(name) ?? [];
    const names = block === undefined ? AROUND : INSIDE;
    if (!Object.hasOwn(names, layer) || !Object.hasOwn(TENSORS, tensor)) return undefined;
    return `${block === undefined ? "" : `_blocks.${block}.`}${names[layer]}.${TENSORS[tensor]}`;
  },
};
