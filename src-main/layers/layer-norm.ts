import { z } from "zod";
import { LatheError } from "../base/errors.js";
import { type Shape, type TensorType, type Value, float, int, isFloat, showShape, showType, tensor } from "../onnx/types.js";
import { initField, initOf } from "./init-option.js";
import { type LayerContext, defineLayer } from "./layer.js";
import { knownSize, onlyInput, sampleSize } from "./shape.js";
import { call } from "../base/python.js";

const config = z.strictObject({
  normalizedShape: z
    .union([z.int().positive(), z.array(z.int().positive()).min(1)], { error: "expected a whole number above 0, or a list of them" })
    .optional()
    .describe("Lengths of the last axes, which are normalised together; the last axis alone by default"),
  eps: z.number().nonnegative().default(1e-5).describe("Added to the variance, against division by 0"),
  elementwiseAffine: z.boolean().default(true).describe("Learn a scale and a bias for each element"),
  bias: z.boolean().default(true).describe("With elementwiseAffine: learn the bias too"),
  init: initField("the scale"),
  initBias: initField("the bias"),
});

/** (x - mean) / √(variance + eps) · weight + bias over the last axes of each sample. torch.nn.LayerNorm; Ba et al. 2016, https://arxiv.org/abs/1607.06450 */
export const layerNorm = defineLayer({
  type: "LayerNorm",
  group: "Normalisation",
  summary: "Brings each sample's features to mean 0 and variance 1; needs no batch",
  config,
  parameters: ({ normalizedShape, elementwiseAffine, bias, init, initBias }, inputs) => {
    if (!elementwiseAffine) return [];
    const shape = lastAxes(normalizedShape, onlyInput("LayerNorm", inputs));
    const weight = { name: "weight", shape, init: initOf(init, { type: "ones" }) };
    return bias ? [weight, { name: "bias", shape, init: initOf(initBias, { type: "zeros" }) }] : [weight];
  },
  lower: (ctx) => {
    const {
      e,
      input: x,
      config: { normalizedShape, eps, elementwiseAffine, bias },
    } = ctx;
    const { dtype } = x;
    if (!isFloat(dtype)) return ctx.fail("expected real numbers");
    const shape = lastAxes(normalizedShape, x);
    const ones = () => e.constant(tensor(dtype, new Array<number>(shape.reduce((a, b) => a * b, 1)).fill(1), shape));
    const scale = elementwiseAffine ? ctx.parameter("weight") : ones();
    const shift = elementwiseAffine && bias ? ctx.parameter("bias") : undefined;
    return normalizeLast(ctx, x, { axes: shape.length, eps, scale, shift });
  },
  constant: ({ normalizedShape }, inputs) =>
    knownSize(lastAxes(normalizedShape, onlyInput("LayerNorm", inputs))) === 1 ? "a single number is its own mean" : undefined,
  atEnd: () => "it brings the answers of each row to mean 0 and deviation 1",
  torch: ({ normalizedShape, eps, elementwiseAffine, bias }, inputs) => {
    const shape = lastAxes(normalizedShape, onlyInput("LayerNorm", inputs));
    // PyTorch has `bias` since 2.1; it is named only where it is needed.
    return {
      module: call("nn.LayerNorm", [shape.length === 1 ? (shape[0] ?? 1) : shape], {
        eps: [eps, 1e-5],
        elementwise_affine: [elementwiseAffine, true],
        bias: [bias || !elementwiseAffine, true],
      }),
    };
  },
  // One for the square of each element, one for its scale.
  cost: (_config, inputs) => 2 * sampleSize(onlyInput("LayerNorm", inputs)),
});

interface LastAxes {
  /** How many there are. */
  readonly axes: number;
  readonly eps: number;
  readonly scale: Value;
  readonly shift: Value | undefined;
}

/** (x - mean) / √(variance + eps) · scale + shift over the last axes. */
export function normalizeLast(ctx: LayerContext<unknown>, x: Value, { axes, eps, scale, shift }: LastAxes): Value {
  // Mean and deviation, its further outputs, save the gradient from computing them again.
  const outputs = ctx.mode === "train" ? 3 : 1;
  const [y] = ctx.e.graph.node("LayerNormalization", [x, scale, shift], { axis: int(-axes), epsilon: float(eps) }, { outputs });
  return y ?? ctx.fail("expected LayerNormalization to have an output");
}

function lastAxes(normalizedShape: number | readonly number[] | undefined, x: TensorType): readonly number[] {
  const last: Shape = x.shape.slice(-1);
  const wanted = typeof normalizedShape === "number" ? [normalizedShape] : (normalizedShape ?? last);
  const got = x.shape.slice(1).slice(-wanted.length);
  const lengths = wanted.filter((d) => typeof d === "number");
  if (lengths.length > 0 && lengths.length === wanted.length && got.length === wanted.length && got.every((d, i) => d === wanted[i])) return lengths;
  throw new LatheError(
    "model.layer",
    `LayerNorm got ${showType(x)}, expected its last axes after the batch to be normalizedShape ${showShape(wanted)}; set that to ${showShape(last)}, ` +
      `or omit it`,
  );
}
