import { z } from "zod";
import { LatheError } from "../base/errors.js";
import type { Emitter } from "../onnx/emitter.js";
import { type Value, isFloat } from "../onnx/types.js";
import { weightAndBias } from "./convolution.js";
import { initField } from "./init-option.js";
import { defineLayer } from "./layer.js";
import { lengthOf, onlyInput, sampleSize } from "./shape.js";
import { call } from "../base/python.js";

/** How many outputs, of layers whose outputs are weighted sums. */
export const outFeaturesField = z
  .union([z.int().positive(), z.literal("classes")], { error: 'expected a whole number above 0, or "classes"' })
  .meta({ description: 'Outputs per sample; "classes" is one for each class of the target', examples: [64] });

const config = z.strictObject({
  outFeatures: outFeaturesField,
  bias: z.boolean().default(true).describe("Add a learned bias"),
  init: initField("the weight"),
  initBias: initField("the bias"),
});

/** y = x·Wᵀ + b over the last axis; weight [out, in], bias [out]. torch.nn.Linear */
export const linear = defineLayer({
  type: "Linear",
  group: "Linear and shape",
  summary: "Every output is a weighted sum of all inputs, plus a bias",
  config,
  parameters: ({ outFeatures, bias, init, initBias }, inputs) => {
    const out = resolvedOutFeatures("Linear", outFeatures);
    const fanIn = lengthOf("Linear", inputs, -1);
    // https://pytorch.org/docs/stable/generated/torch.nn.Linear.html: both are uniform in ±1/√in.
    return weightAndBias([out, fanIn], bias ? out : 0, fanIn, init, initBias);
  },
  lower: (ctx) => {
    const {
      e,
      input: x,
      config: { outFeatures, bias },
    } = ctx;
    resolvedOutFeatures("Linear", outFeatures);
    if (x.shape.length < 2 || !isFloat(x.dtype)) return ctx.fail("expected real numbers of shape [N, …, in]");
    const weight = ctx.parameter("weight");
    const b = bias ? ctx.parameter("bias") : undefined;
    return x.shape.length === 2 ? e.gemm(x, weight, b, { transB: true }) : weightedSums(e, x, weight, b);
  },
  torch: ({ outFeatures, bias }, inputs) => ({
    module: call("nn.Linear", [lengthOf("Linear", inputs, -1), resolvedOutFeatures("Linear", outFeatures)], { bias: [bias, true] }),
  }),
  cost: ({ outFeatures }, inputs) => sampleSize(onlyInput("Linear", inputs)) * resolvedOutFeatures("Linear", outFeatures),
});

/** x·Wᵀ + b over the last axis of an input of three axes or more. */
export function weightedSums(e: Emitter, x: Value, weight: Value, bias: Value | undefined): Value {
  const product = e.matMul(x, e.transpose(weight, [1, 0]));
  return bias ? e.add(product, bias) : product;
}

/** @throws LatheError `model.layer` where it is "classes" still: no target says how many. */
export function resolvedOutFeatures(layer: string, outFeatures: z.output<typeof outFeaturesField>): number {
  if (outFeatures !== "classes") return outFeatures;
  throw new LatheError(
    "model.layer",
    `${layer} got outFeatures "classes", but no category target is read from it; give a number, or connect it to the output of one`,
  );
}
