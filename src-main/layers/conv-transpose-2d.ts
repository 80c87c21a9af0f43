import { z } from "zod";
import { int, ints } from "../onnx/types.js";
import { weightAndBias } from "./convolution.js";
import { initField } from "./init-option.js";
import { defineLayer } from "./layer.js";
import { areaOf, forAxes, perAxis, pictureOf } from "./picture.js";
import { call } from "../base/python.js";

const RANK = 2;

const config = z.strictObject({
  outChannels: z
    .int()
    .positive()
    .meta({ description: "Channels that come out", examples: [32] }),
  kernelSize: perAxis(RANK, 1).meta({ description: "Size of the neighbourhood that each element paints", examples: [2] }),
  stride: perAxis(RANK, 1).default(1).describe("Steps between neighbourhoods; 2 doubles the size"),
  padding: perAxis(RANK, 0).default(0).describe("Elements cut off all around"),
  outputPadding: perAxis(RANK, 0).default(0).describe("Rows and columns added at the bottom and the right"),
  groups: z.int().positive().default(1).describe("Parts of the channels that do not see each other"),
  bias: z.boolean().default(true).describe("Add a learned bias to each channel"),
  dilation: perAxis(RANK, 1).default(1).describe("Distance between the elements of a neighbourhood"),
  init: initField("the weight"),
  initBias: initField("the bias"),
});

/** A convolution the other way: each element paints its neighbourhood. Weight `[in, out / groups, …kernel]`. torch.nn.ConvTranspose2d */
export const convTranspose2d = defineLayer({
  type: "ConvTranspose2d",
  group: "Convolution",
  summary: "A convolution the other way: makes pictures larger, with learned patterns",
  config,
  parameters: ({ outChannels, kernelSize, groups, bias, init, initBias }, inputs) => {
    const { channels } = pictureOf("ConvTranspose2d", inputs, RANK);
    const kernel = forAxes(kernelSize, RANK);
    const perGroup = Math.floor(outChannels / groups);
    // As torch.nn.init counts: the second axis is taken for the inputs.
    return weightAndBias([channels, perGroup, ...kernel], bias ? outChannels : 0, perGroup * areaOf(kernel), init, initBias);
  },
  lower: (ctx) => {
    const {
      config: { outChannels, groups, bias },
    } = ctx;
    const { channels, lengths } = pictureOf("ConvTranspose2d", ctx.inputs, RANK);
    if (channels % groups !== 0 || outChannels % groups !== 0)
      return ctx.fail(`expected ${channels} channels and outChannels ${outChannels} both to divide by groups ${groups}`);
    const [kernel, strides, pads, extra, dilations] = (["kernelSize", "stride", "padding", "outputPadding", "dilation"] as const).map((name) =>
      forAxes(ctx.config[name], RANK),
    );
    const at = (of: readonly number[] | undefined, i: number) => of?.[i] ?? 0;
    if (lengths.some((_, i) => at(extra, i) >= Math.max(at(strides, i), at(dilations, i))))
      return ctx.fail("expected outputPadding smaller than stride or dilation");
    const results = lengths.map((length, i) => (length - 1) * at(strides, i) - 2 * at(pads, i) + at(dilations, i) * (at(kernel, i) - 1) + at(extra, i) + 1);
    if (results.some((n) => n < 1)) return ctx.fail(`a picture of ${lengths.join(" × ")} would come out as ${results.join(" × ")}; use less padding`);
    return ctx.e.op("ConvTranspose", [ctx.input, ctx.parameter("weight"), bias ? ctx.parameter("bias") : undefined], {
      kernel_shape: ints(kernel ?? []),
      strides: ints(strides ?? []),
      pads: ints([...(pads ?? []), ...(pads ?? [])]),
      output_padding: ints(extra ?? []),
      dilations: ints(dilations ?? []),
      group: int(groups),
    });
  },
  torch: ({ outChannels, kernelSize, stride, padding, outputPadding, groups, bias, dilation }, inputs) => ({
    module: call("nn.ConvTranspose2d", [pictureOf("ConvTranspose2d", inputs, RANK).channels, outChannels, kernelSize], {
      stride: [stride, 1],
      padding: [padding, 0],
      output_padding: [outputPadding, 0],
      groups: [groups, 1],
      bias: [bias, true],
      dilation: [dilation, 1],
    }),
  }),
  cost: ({ outChannels, kernelSize, groups }, inputs) => {
    const { channels, lengths } = pictureOf("ConvTranspose2d", inputs, RANK);
    return areaOf(lengths) * channels * (outChannels / groups) * areaOf(forAxes(kernelSize, RANK));
  },
});
