import type { TensorType, Value } from "../onnx/types.js";
import { float, sameShape, showShape } from "../onnx/types.js";
import { defineOp, type GradientContext } from "./op.js";
import { divideByCount, filledLike, only } from "./rules.js";

type Operand = "X" | "scale" | "B" | "input_mean" | "input_var";

/**
 * Y = scale·x̂ + B by channel, x̂ = (X − mean) / √(var + ε), X `[N, C, …]`, the rest `[C]` (opset 15). Mean and variance are operands 3 and 4, or,
 * with training_mode = 1, those of the batch (population variance); results 1 and 2 are then operand·momentum + batch's·(1 − momentum).
 * https://onnx.ai/onnx/operators/onnx__BatchNormalization.html
 *
 * Gradients of `[N, C, …]` with more than two axes are written with BatchNormalization itself: one node computes x̂, one multiplies by
 * scale/√(var + ε). With two axes plain arithmetic is up to eight times faster in ONNX Runtime, whose kernel goes row by row there.
 */
export const batchNormalization = defineOp({
  type: "BatchNormalization",
  inputs: ["X", "scale", "B", "input_mean", "input_var"],
  infer: only("float", (c) => {
    const x = c.input("X");
    const channels = x.shape[1];
    if (channels === undefined) return c.fail("X must have at least the axes [N, C]");
    for (const name of ["scale", "B", "input_mean", "input_var"] as const) {
      const v = c.input(name);
      if (v.dtype !== x.dtype) return c.fail("operands must share an element type");
      if (!sameShape(v.shape, [channels])) return c.fail(`${name} must be ${showShape([channels])}, one number a channel`);
    }
    const training = c.int("training_mode", 0) === 1;
    if (c.outputCount !== (training ? 3 : 1)) return c.fail("expected results Y, running_mean, running_var in training mode, Y alone otherwise");
    const y: TensorType = { dtype: x.dtype, shape: x.shape };
    const statistic: TensorType = { dtype: x.dtype, shape: [channels] };
    return training ? [y, statistic, statistic] : [y];
  }),
  gradient: {
    X: (g) => {
      if (g.int("training_mode", 0) === 0) return scaled(g, g.dy(), undefined, g.input("input_var"));
      const parts = [...(g.hasDy(0) ? [throughY(g)] : []), ...(g.hasDy(1) ? [throughMean(g)] : []), ...(g.hasDy(2) ? [throughVariance(g)] : [])];
      return parts.reduce((sum, part) => g.e.add(sum, part));
    },
    scale: (g) => g.e.reduceSum(g.e.mul(g.dy(), standardized(g)), reducedAxes(g)), // dscale = Σ dY ∘ x̂
    B: (g) => g.e.reduceSum(g.dy(), reducedAxes(g)), // dB = Σ dY
    input_mean: (g) => {
      if (g.int("training_mode", 0) === 1) return keptShare(g, 1);
      return g.e.neg(g.e.reduceSum(scaled(g, g.dy(), undefined, g.input("input_var")), reducedAxes(g))); // dmean = −Σ dX
    },
    input_var: (g) => {
      if (g.int("training_mode", 0) === 1) return keptShare(g, 2);
      // dvar = −½·scale·Σ dY ∘ x̂ / (var + ε)
      const total = g.e.mul(g.e.reduceSum(g.e.mul(g.dy(), standardized(g)), reducedAxes(g)), g.input("scale"));
      return g.e.scale(g.e.div(total, g.e.shift(g.input("input_var"), epsilon(g))), -0.5);
    },
  },
});

type Context = GradientContext<Operand>;

const epsilon = (g: Context): number => g.float("epsilon", 1e-5);
const momentum = (g: Context): number => g.float("momentum", 0.9);
const isMatrix = (g: Context): boolean => g.input("X").shape.length === 2;
const deviation = (g: Context, variance: Value): Value => g.e.sqrt(g.e.shift(variance, epsilon(g)));
const zeros = (g: Context): Value => filledLike(g.e, g.input("scale"), 0);

/** All axes but the channels'. */
function reducedAxes(g: Context): readonly number[] {
  return [...g.input("X").shape.keys()].filter((axis) => axis !== 1);
}

/** What X was normalised with. A momentum of 0 makes the running results the batch's own; else they are computed again. */
function statistics(g: Context): readonly [mean: Value, variance: Value] {
  if (g.int("training_mode", 0) === 0) return [g.input("input_mean"), g.input("input_var")];
  if (momentum(g) === 0) return [g.output(1), g.output(2)];
  // Not by a second BatchNormalization in training mode: ONNX Runtime's kernel writes results 1 and 2 over operands 3 and 4.
  const mean = g.e.reduceMean(g.input("X"), reducedAxes(g), true);
  const variance = g.e.reduceMean(g.e.square(g.e.sub(g.input("X"), mean)), reducedAxes(g));
  return [g.e.squeeze(mean, reducedAxes(g)), variance];
}

/** x̂ = (X − mean) / √(var + ε). */
function standardized(g: Context): Value {
  const [mean, variance] = statistics(g);
  if (isMatrix(g)) return g.e.div(g.e.sub(g.input("X"), mean), deviation(g, variance));
  return g.e.op("BatchNormalization", [g.input("X"), filledLike(g.e, g.input("scale"), 1), zeros(g), mean, variance], { epsilon: float(epsilon(g)) });
}

/** scale·(v − shift) / √(var + ε); no shift is a shift of 0. */
function scaled(g: Context, v: Value, shift: Value | undefined, variance: Value): Value {
  if (isMatrix(g)) return g.e.mul(shift ? g.e.sub(v, shift) : v, g.e.div(g.input("scale"), deviation(g, variance)));
  return g.e.op("BatchNormalization", [v, g.input("scale"), zeros(g), shift ?? zeros(g), variance], { epsilon: float(epsilon(g)) });
}

/** dX = scale / √(var + ε) · (dY − mean(dY) − x̂ ∘ mean(dY ∘ x̂)), the means by channel. https://arxiv.org/abs/1502.03167, section 3 */
function throughY(g: Context): Value {
  const { e } = g;
  const normal = standardized(g);
  const axes = reducedAxes(g);
  // The sums are dscale and dB, which are made in any case.
  const mean = (v: Value) => divideByCount(e, e.reduceSum(v, axes), g.input("X"), axes);
  const along = mean(e.mul(g.dy(), normal));
  return scaled(g, e.sub(g.dy(), e.mul(normal, perChannel(g, along))), mean(g.dy()), statistics(g)[1]);
}

/** A number a channel as it lies against X: `[C]` for two axes, else `[C, 1, …]`. */
function perChannel(g: Context, v: Value): Value {
  const axes = [...g.input("X").shape.keys()].slice(1, -1);
  return axes.length > 0 ? g.e.unsqueeze(v, axes) : v;
}

/** What a channel's statistic gets, divided by the elements of a channel. */
function perElement(g: Context, dStatistic: Value): Value {
  const { e } = g;
  return perChannel(g, divideByCount(e, e.scale(dStatistic, 1 - momentum(g)), g.input("X"), reducedAxes(g)));
}

/** ∂mean/∂X = 1/n. */
function throughMean(g: Context): Value {
  return g.e.expandLike(perElement(g, g.dy(1)), g.input("X"));
}

/** ∂var/∂X = 2·(X − mean)/n = 2·x̂·√(var + ε)/n. */
function throughVariance(g: Context): Value {
  return g.e.mul(standardized(g), perElement(g, g.e.scale(g.e.mul(g.dy(2), deviation(g, statistics(g)[1])), 2)));
}

/** The share of the old running statistic in the new. */
function keptShare(g: Context, result: 1 | 2): Value {
  return momentum(g) === 0 || !g.hasDy(result) ? zeros(g) : g.e.scale(g.dy(result), momentum(g));
}
