import { z } from "zod";
import { type PythonValue, tensorOf } from "../base/python.js";
import { type Value, int, isFloat, showShape, showType, tensor } from "../onnx/types.js";
import { shareOf } from "./elementwise.js";
import type { LossContext, LossValue, SeenClasses } from "./loss.js";

/** What the losses over classes share: one-hot targets, class weights, ignored samples. */

/** Options of both. */
export const likelihoodOptions = {
  classWeights: z
    .union([z.literal("balanced"), z.array(z.number().nonnegative()).min(1)], {
      error: 'expected "balanced" or a list of one number 0 or above for each class',
    })
    .optional()
    .describe('How much each class counts; "balanced" makes rare classes count as much as frequent ones'),
  ignoreIndex: z.int().default(-100).describe("Samples whose target is this number do not count"),
};

/** rows / (classes · rows of the class), as scikit-learn's "balanced"; a class without training rows counts 0. */
export const likelihoodBalance = {
  classWeights: ({ counts }: Pick<SeenClasses, "counts">): readonly number[] => {
    const rows = counts.reduce((sum, n) => sum + n, 0);
    return counts.map((n) => (n === 0 ? 0 : rows / (counts.length * n)));
  },
};

interface Config {
  readonly classWeights?: "balanced" | readonly number[] | undefined;
  readonly ignoreIndex: number;
}

/**
 * -Σ w[target]·logp[target] / Σ w[target] over the samples that count, as torch.nn.functional.nll_loss. With smoothing s, a share s of each sample goes to
 * all C classes alike: -Σ_c w[c]·logp[c]·s/C, over the same divisor (torch.nn.functional.cross_entropy; Szegedy et al. 2015,
 * https://arxiv.org/abs/1512.00567).
 * @param logp log-probabilities `[N, C]`.
 */
export function negativeLogLikelihood(ctx: LossContext<Config>, logp: Value, smoothing = 0): LossValue {
  const { e, config, classes } = ctx;
  const hot = oneHot(ctx, logp);
  const row = classWeights(ctx, config, logp);
  const weighted = row ? e.mul(hot, row) : hot;
  const weight = e.reduceSum(weighted);
  if (smoothing === 0) return { loss: e.neg(mean(ctx, e.reduceSum(e.mul(weighted, logp)), weight)), weight };
  // Rows of samples that do not count are zero, and stay so: their sum is what says which samples count.
  const counts = e.reduceSum(hot, [1], true);
  const smooth = e.add(e.scale(hot, 1 - smoothing), e.scale(counts, smoothing / classes));
  const shared = row ? e.mul(smooth, row) : smooth;
  return { loss: e.neg(mean(ctx, e.reduceSum(e.mul(shared, logp)), weight)), weight };
}

/** sum / weight, where no sample may count with `shareOf`. */
function mean({ e, config, classes, counts }: LossContext<Config>, sum: Value, weight: Value): Value {
  const { classWeights: weights, ignoreIndex } = config;
  const always = !counts && !isIndex(ignoreIndex, classes) && !(Array.isArray(weights) && weights.includes(0));
  return always ? e.div(sum, weight) : shareOf(e, sum, weight);
}

/** @throws LatheError by the context's `fail` where the output is not `[N, classes]` or the target not class numbers. */
export function requireClasses(ctx: LossContext<unknown>): void {
  const { output, target, classes } = ctx;
  if (target.dtype !== "int64" || target.shape.length !== 1) ctx.fail(`expected class numbers, int64 [N], as the target, got ${showType(target)}`);
  if (!isFloat(output.dtype) || output.shape.length !== 2 || output.shape[1] !== classes) {
    ctx.fail(
      `expected an output of shape ${showShape([target.shape[0] ?? "N", classes])}, one column a class, got ${showType(output)}; set the last layer's ` +
        `outFeatures to "classes"`,
    );
  }
}

/** The options as PyTorch's losses over classes take them. */
export function torchLikelihood({
  classWeights: weights,
  ignoreIndex,
}: Config): Readonly<Record<string, readonly [PythonValue | undefined, PythonValue | undefined]>> {
  return { weight: [Array.isArray(weights) ? tensorOf(weights) : undefined, undefined], ignore_index: [ignoreIndex, -100] };
}

/** `[N, C]`: 1 at the target; rows of samples that are ignored, or lack it, are all 0. */
function oneHot({ e, target, counts, classes, config: { ignoreIndex } }: LossContext<Config>, like: Value): Value {
  // OneHot counts -C to -1 from the end and gives zeros for what is outside; so an ignored number inside is moved outside.
  const indices = isIndex(ignoreIndex, classes) ? e.where(e.equal(target, e.scalar(ignoreIndex, "int64")), e.scalar(classes, "int64"), target) : target;
  const values = like.dtype === "float64" ? tensor("float64", [0, 1]) : tensor("float32", [0, 1]);
  const hot = e.op("OneHot", [indices, e.scalar(classes, "int64"), e.constant(values)], { axis: int(-1) });
  return counts ? e.mul(hot, e.unsqueeze(e.cast(counts, like.dtype), [1])) : hot;
}

/** True for a number that OneHot reads as a class. */
function isIndex(number: number, classes: number): boolean {
  return number >= -classes && number < classes;
}

/** The weights as a row `[C]`, where there are any. */
function classWeights(ctx: LossContext<Config>, { classWeights: weights }: Config, like: Value): Value | undefined {
  const { e, classes } = ctx;
  if (weights === undefined) return undefined;
  if (weights === "balanced") return ctx.fail('expected classWeights as numbers here: "balanced" is worked out from the training data before');
  if (weights.length !== classes) return ctx.fail(`expected ${classes} classWeights, one a class in the order of the classes, got ${weights.length}`);
  return e.constant(tensor(like.dtype === "float64" ? "float64" : "float32", weights));
}
