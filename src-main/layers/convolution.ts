import { z } from "zod";
import { type Attributes, int, ints, isStatic, text } from "../onnx/types.js";
import { type InitOption, initField, initOf } from "./init-option.js";
import type { LayerDefinition, ParameterSpec } from "./layer.js";
import { type PerAxis, type Window, areaOf, channelsOf, countsOf, forAxes, padsOf, perAxis, pictureOf } from "./picture.js";
import { Code, call } from "../base/python.js";

type NamedPadding = "same" | "valid" | "causal";

interface ConvConfig {
  readonly outChannels: number;
  readonly kernelSize: PerAxis;
  readonly stride: PerAxis;
  readonly padding: PerAxis | NamedPadding;
  readonly dilation: PerAxis;
  readonly groups: number;
  readonly bias: boolean;
  readonly paddingMode: "zeros" | "reflect" | "replicate";
  readonly init: InitOption;
  readonly initBias: InitOption;
}

/**
 * Every output is a weighted sum of a small neighbourhood, the same weights everywhere: Conv1d over `[N, C, L]`, Conv2d over `[N, C, H, W]`; weight
 * `[out, in / groups, …kernel]`. torch.nn.Conv1d, torch.nn.Conv2d
 */
export function convolutionLayer(rank: 1 | 2, summary: string): LayerDefinition<ConvConfig> {
  const type = `Conv${rank}d`;
  const padding = perAxis(rank, 0);
  const named: readonly NamedPadding[] = rank === 1 ? ["same", "valid", "causal"] : ["same", "valid"];
  const causal = rank === 1 ? ', "causal" adds all before the first: no step sees a later one' : "";
  return {
    type,
    group: "Convolution",
    summary,
    config: z.strictObject({
      outChannels: z
        .int()
        .positive()
        .meta({ description: "How many patterns it looks for; each becomes a channel", examples: [32] }),
      kernelSize: perAxis(rank, 1).meta({ description: "Size of the neighbourhood", examples: [3] }),
      stride: perAxis(rank, 1).default(1).describe("Steps between neighbourhoods; 2 halves the size"),
      padding: z
        .union([padding, z.enum(named)], {
          error: `expected a whole number from 0${named.map((n, i) => `${i < named.length - 1 ? "," : " or"} "${n}"`).join("")}`,
        })
        .default(0)
        .describe(`Elements added around; "same" keeps the size, "valid" adds none${causal}`),
      dilation: perAxis(rank, 1).default(1).describe("Distance between the elements of a neighbourhood"),
      groups: z.int().positive().default(1).describe("Parts of the channels that do not see each other; as many as channels is depthwise"),
      bias: z.boolean().default(true).describe("Add a learned bias to each channel"),
      paddingMode: z.enum(["zeros", "reflect", "replicate"]).default("zeros").describe("What padding is filled with: zeros, the mirrored picture, or its edge"),
      init: initField("the weight"),
      initBias: initField("the bias"),
    }),
    parameters: ({ outChannels, kernelSize, groups, bias, init, initBias }, inputs) => {
      const { channels } = channelsOf(type, inputs, rank);
      const kernel = forAxes(kernelSize, rank);
      const perGroup = Math.floor(channels / groups);
      return weightAndBias([outChannels, perGroup, ...kernel], bias ? outChannels : 0, perGroup * areaOf(kernel), init, initBias);
    },
    lower: (ctx) => {
      const { e, input: x, config } = ctx;
      const { channels, lengths } = channelsOf(type, ctx.inputs, rank);
      const { groups, outChannels, bias, paddingMode } = config;
      if (channels % groups !== 0 || outChannels % groups !== 0)
        return ctx.fail(`expected ${channels} channels and outChannels ${outChannels} both to divide by groups ${groups}`);
      const windows = windowsOf(config, rank);
      if (config.padding === "same" && windows.some((w) => w.stride !== 1))
        return ctx.fail('expected stride 1 with padding "same", as in PyTorch; give padding a number');
      if (isStatic(lengths)) countsOf(lengths, windows, false, (expected) => ctx.fail(expected));
      const pads = padsOf(windows);
      const outside = paddingMode !== "zeros" && pads.some((n) => n > 0);
      if (outside && paddingMode === "reflect" && windows.some((w, i) => Math.max(w.before, w.after) >= Number(lengths[i] ?? 1)))
        return ctx.fail(`expected less padding than the picture is long, which is ${lengths.join(" × ")}, to mirror it`);
      const padded = outside
        ? e.op("Pad", [x, e.indices([0, 0, ...pads.slice(0, rank), 0, 0, ...pads.slice(rank)])], { mode: text(paddingMode === "reflect" ? "reflect" : "edge") })
        : x;
      const attributes: Attributes = {
        kernel_shape: ints(windows.map((w) => w.kernel)),
        strides: ints(windows.map((w) => w.stride)),
        pads: ints(outside ? pads.map(() => 0) : pads),
        dilations: ints(windows.map((w) => w.dilation)),
        group: int(groups),
      };
      return e.op("Conv", [padded, ctx.parameter("weight"), bias ? ctx.parameter("bias") : undefined], attributes);
    },
    torch: (config, inputs) => {
      const { outChannels, kernelSize, stride, padding: pad, dilation, groups, bias, paddingMode } = config;
      const isCausal = pad === "causal";
      const module = call(`nn.${type}`, [pictureOf(type, inputs, rank).channels, outChannels, kernelSize], {
        stride: [stride, 1],
        padding: [isCausal ? 0 : pad, 0],
        dilation: [dilation, 1],
        groups: [groups, 1],
        bias: [bias, true],
        padding_mode: [isCausal ? "zeros" : paddingMode, "zeros"],
      });
      if (!isCausal) return { module };
      // PyTorch has no such padding: it stands in front of the call.
      const before = windowsOf(config, rank).map((w) => w.before);
      const padded = (x: string) => call("F.pad", [new Code(x), [...before, 0]], { mode: [paddingMode === "zeros" ? "constant" : paddingMode, "constant"] });
      return { module, called: (conv, [x = "x"]) => `${conv}(${padded(x)})` };
    },
    cost: (config, inputs) => {
      const { channels, lengths } = pictureOf(type, inputs, rank);
      const places = countsOf(lengths, windowsOf(config, rank), false, () => {
        throw new Error("a layer that was lowered fits");
      });
      return areaOf(places) * config.outChannels * (channels / config.groups) * areaOf(forAxes(config.kernelSize, rank));
    },
  };
}

/** PyTorch's defaults: the weight kaiming_uniform with a = √5, the bias uniform in ±1/√fanIn. */
export function weightAndBias(shape: readonly number[], biases: number, fanIn: number, init: InitOption, initBias: InitOption): readonly ParameterSpec[] {
  const bound = fanIn > 0 ? 1 / Math.sqrt(fanIn) : 0;
  const weight = { name: "weight", shape, init: initOf(init, { type: "kaiming_uniform", a: Math.sqrt(5) }) };
  return biases > 0 ? [weight, { name: "bias", shape: [biases], init: initOf(initBias, { type: "uniform", a: -bound, b: bound }) }] : [weight];
}

function windowsOf({ kernelSize, stride, padding, dilation }: ConvConfig, rank: number): readonly Window[] {
  const [kernels, strides, dilations] = [forAxes(kernelSize, rank), forAxes(stride, rank), forAxes(dilation, rank)];
  return kernels.map((kernel, i) => {
    const [step, apart] = [strides[i] ?? 1, dilations[i] ?? 1];
    const [before, after] =
      typeof padding === "string" ? namedPadding(padding, apart * (kernel - 1)) : [forAxes(padding, rank)[i] ?? 0, forAxes(padding, rank)[i] ?? 0];
    return { kernel, stride: step, dilation: apart, before, after };
  });
}

/** As PyTorch: of an odd number the larger half comes after. Causal: a step sees itself and those before it. */
function namedPadding(padding: NamedPadding, total: number): readonly [before: number, after: number] {
  if (padding === "causal") return [total, 0];
  return padding === "valid" ? [0, 0] : [Math.floor(total / 2), Math.ceil(total / 2)];
}
