import { type Value, isFloat, tensor } from "../onnx/types.js";
import { drop } from "./drop.js";
import type { InitializerConfig, LayerContext, ParameterSpec } from "./layer.js";
import { weightedSums } from "./linear.js";

/** Scaled dot-product attention of a series to itself, as torch.nn.MultiheadAttention has it. */
export interface Attention {
  readonly numHeads: number;
  readonly dropout: number;
  readonly bias: boolean;
  /** A step sees itself and those before it. */
  readonly causal: boolean;
}

/** PyTorch's, by name, shape and first values. @param prefix of the names, with its dot. @param width E */
export function attentionParameters(
  width: number,
  bias: boolean,
  init: (pytorch: InitializerConfig) => InitializerConfig,
  initBias: (pytorch: InitializerConfig) => InitializerConfig,
  prefix = "",
): readonly ParameterSpec[] {
  const zeros = initBias({ type: "zeros" });
  return [
    { name: `${prefix}in_proj_weight`, shape: [3 * width, width], init: init({ type: "xavier_uniform" }) },
    ...(bias ? [{ name: `${prefix}in_proj_bias`, shape: [3 * width], init: zeros }] : []),
    { name: `${prefix}out_proj.weight`, shape: [width, width], init: init({ type: "kaiming_uniform", a: Math.sqrt(5) }) },
    ...(bias ? [{ name: `${prefix}out_proj.bias`, shape: [width], init: zeros }] : []),
  ];
}

/**
 * softmax(q·kᵀ / √(E / heads))·v for each head, side by side, through a last product. Vaswani et al. 2017, https://arxiv.org/abs/1706.03762
 * @param x `[N, T, E]`, T and E known; so is the result. @param prefix of the names of its parameters, with its dot
 */
export function attend(ctx: LayerContext<unknown>, x: Value, { numHeads, dropout, bias, causal }: Attention, prefix = ""): Value {
  const { e } = ctx;
  const [batch = 1, steps, width] = x.shape;
  if (x.shape.length !== 3 || !isFloat(x.dtype) || typeof steps !== "number" || typeof width !== "number")
    return ctx.fail("expected real numbers of shape [N, T, E], T and E known");
  if (width % numHeads !== 0) return ctx.fail(`expected the ${width} features of a step to divide by numHeads, ${numHeads}`);
  const each = width / numHeads;
  const project = (of: Value, name: string) =>
    weightedSums(e, of, ctx.parameter(`${prefix}${name}weight`), bias ? ctx.parameter(`${prefix}${name}bias`) : undefined);
  const parted = e.transpose(e.reshape(project(x, "in_proj_"), [-1, steps, 3, numHeads, each]), [2, 0, 3, 1, 4]);
  const [q, k, v] = e.split(parted, [1, 1, 1], 0).map((part) => e.squeeze(part, [0]));
  if (!q || !k || !v) return ctx.fail("expected queries, keys and values");
  const scores = e.matMul(e.scale(q, 1 / Math.sqrt(each)), e.transpose(k, [0, 1, 3, 2]));
  const seen = causal ? e.add(scores, e.constant(tensor("float32", later(steps), [steps, steps]))) : scores;
  const weights = drop(ctx, e.softmax(seen, -1), dropout, [batch, numHeads, steps, steps]);
  const joined = e.reshape(e.transpose(e.matMul(weights, v), [0, 2, 1, 3]), [-1, steps, width]);
  return project(joined, "out_proj.");
}

/** 0 where a row, a step, sees a column, and minus infinity where that is later. */
function later(steps: number): number[] {
  return Array.from({ length: steps * steps }, (_, i) => (i % steps > Math.floor(i / steps) ? Number.NEGATIVE_INFINITY : 0));
}

/** Numbers of one sample that training holds: a head's scores, their softmax, what is dropped and the gradients of all; queries, keys, values and theirs. */
export function attentionHeld(steps: number, width: number, { numHeads, dropout }: Pick<Attention, "numHeads" | "dropout">): number {
  return numHeads * steps * steps * (dropout > 0 ? 14 : 9) + 16 * steps * width;
}

/** Multiplications of one sample. */
export function attentionCost(steps: number, width: number): number {
  return 4 * steps * width * width + 2 * steps * steps * width;
}
