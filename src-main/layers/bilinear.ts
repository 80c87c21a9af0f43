import { z } from "zod";
import { type TensorType, isFloat, sameShape, showShape } from "../onnx/types.js";
import { initField, initOf } from "./init-option.js";
import { defineLayer } from "./layer.js";
import { outFeaturesField, resolvedOutFeatures, weightedSums } from "./linear.js";
import { lengthOf, onlyInput, sampleSize } from "./shape.js";
import { call } from "../base/python.js";

const config = z.strictObject({
  outFeatures: outFeaturesField,
  bias: z.boolean().default(true).describe("Add a learned bias"),
  init: initField("the weight"),
  initBias: initField("the bias"),
});

/**
 * y = aᵀ·W·b + bias over the last axes: `[N, …, in1]` and `[N, …, in2]` become `[N, …, out]`; weight [out, in1, in2], bias [out]. torch.nn.Bilinear
 *
 * All products aᵢ·bⱼ of a sample stand side by side, so that the rest is one matrix product.
 */
export const bilinear = defineLayer({
  type: "Bilinear",
  group: "Joining",
  summary: "Every output is a weighted sum of the products of each number of one input with each of the other",
  config,
  arity: [2, 2],
  parameters: ({ outFeatures, bias, init, initBias }, inputs) => {
    const out = resolvedOutFeatures("Bilinear", outFeatures);
    const [in1, in2] = widths(inputs);
    // https://pytorch.org/docs/stable/generated/torch.nn.Bilinear.html: both are uniform in ±1/√in1.
    const bound = in1 > 0 ? 1 / Math.sqrt(in1) : 0;
    const uniform = { type: "uniform", a: -bound, b: bound };
    const weight = { name: "weight", shape: [out, in1, in2], init: initOf(init, uniform) };
    return bias ? [weight, { name: "bias", shape: [out], init: initOf(initBias, uniform) }] : [weight];
  },
  lower: (ctx) => {
    const { e, inputs, config: options } = ctx;
    const [a, b] = inputs;
    if (!a || !b) return ctx.fail("expected two inputs; connect another one");
    const before = a.shape.slice(0, -1);
    const fits = a.dtype === b.dtype && isFloat(a.dtype) && before.length > 0 && sameShape(before, b.shape.slice(0, -1));
    if (!fits) return ctx.fail(`expected real numbers of shapes [N, …, in1] and [N, …, in2], got ${showShape(a.shape)} and ${showShape(b.shape)}`);
    const out = resolvedOutFeatures("Bilinear", options.outFeatures);
    const [in1, in2] = widths(inputs);
    const rank = a.shape.length;
    const products = e.mul(e.unsqueeze(a, [rank]), e.unsqueeze(b, [rank - 1]));
    const side = e.reshape(products, [...before.map(() => 0), in1 * in2]);
    const weight = e.reshape(ctx.parameter("weight"), [out, in1 * in2]);
    const bias = options.bias ? ctx.parameter("bias") : undefined;
    return rank === 2 ? e.gemm(side, weight, bias, { transB: true }) : weightedSums(e, side, weight, bias);
  },
  torch: ({ outFeatures, bias }, inputs) => ({
    module: call("nn.Bilinear", [...widths(inputs), resolvedOutFeatures("Bilinear", outFeatures)], { bias: [bias, true] }),
  }),
  cost: ({ outFeatures }, inputs) => productsOf(inputs) * (1 + resolvedOutFeatures("Bilinear", outFeatures)),
  held: (_config, inputs) => productsOf(inputs),
});

/** in1 and in2. @throws LatheError `model.layer` where one is not known. */
function widths([a, b]: readonly TensorType[]): readonly [in1: number, in2: number] {
  return [lengthOf("Bilinear", a ? [a] : [], -1), lengthOf("Bilinear", b ? [b] : [], -1)];
}

/** Products of a number of one input with one of the other, of a sample. */
function productsOf(inputs: readonly TensorType[]): number {
  return sampleSize(onlyInput("Bilinear", inputs)) * widths(inputs)[1];
}
