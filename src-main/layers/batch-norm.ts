import { z } from "zod";
import type { Emitter } from "../onnx/emitter.js";
import { type Value, float, int, isFloat, tensor } from "../onnx/types.js";
import { initField, initOf } from "./init-option.js";
import type { LayerContext, LayerDefinition } from "./layer.js";
import { knownSize, lengthOf, onlyInput, sampleSize } from "./shape.js";
import { call } from "../base/python.js";

const config = z.strictObject({
  eps: z.number().nonnegative().default(1e-5).describe("Added to the variance, against division by 0"),
  momentum: z.number().min(0).max(1).nullable().default(0.1).describe("Share of the new batch in the running statistics; null averages over all batches"),
  affine: z.boolean().default(true).describe("Learn a scale and a bias for each feature"),
  trackRunningStats: z.boolean().default(true).describe("Keep running statistics for evaluation; without, evaluation uses the batch's own"),
  init: initField("the scale"),
  initBias: initField("the bias"),
});

type Config = z.output<typeof config>;

/**
 * (x - mean) / √(variance + eps) · weight + bias by feature, over the batch (and what follows the features) while training, by running statistics afterwards.
 * torch.nn.BatchNorm1d, torch.nn.BatchNorm2d; Ioffe, Szegedy 2015, https://arxiv.org/abs/1502.03167
 * @param ranks how many axes an input may have. @param wanted the same in words
 */
export function batchNormLayer(type: string, ranks: readonly number[], wanted: string, summary: string): LayerDefinition<Config> {
  return {
    type,
    group: "Normalisation",
    summary,
    config,
    parameters: ({ affine, init, initBias }, inputs) => {
      if (!affine) return [];
      const shape = [lengthOf(type, inputs, 1)];
      return [
        { name: "weight", shape, init: initOf(init, { type: "ones" }) },
        { name: "bias", shape, init: initOf(initBias, { type: "zeros" }) },
      ];
    },
    buffers: ({ trackRunningStats, momentum }, inputs) => {
      if (!trackRunningStats) return [];
      const shape = [lengthOf(type, inputs, 1)];
      return [
        { name: "runningMean", shape, fill: 0 },
        { name: "runningVar", shape, fill: 1 },
        // Counts batches for the plain average; with a momentum nobody reads it.
        ...(momentum === null ? [{ name: "numBatchesTracked", shape: [1], fill: 0 }] : []),
      ];
    },
    lower: (ctx) => {
      const {
        e,
        input: x,
        mode,
        config: { eps, affine, trackRunningStats },
      } = ctx;
      const { dtype } = x;
      const channels = x.shape[1];
      if (!isFloat(dtype) || !ranks.includes(x.shape.length)) return ctx.fail(`expected real numbers of shape ${wanted}`);
      if (typeof channels !== "number") return ctx.fail("expected axis 1, the features, to have a known length");
      const filled = (value: number) => e.constant(tensor(dtype, new Array<number>(channels).fill(value)));
      const scale = affine ? ctx.parameter("weight") : filled(1);
      const bias = affine ? ctx.parameter("bias") : filled(0);
      const normalized = (mean: Value, variance: Value) => e.op("BatchNormalization", [x, scale, bias, mean, variance], { epsilon: float(eps) });
      if (!trackRunningStats) return normalized(...ownStatistics(e, x));
      if (mode === "eval") return normalized(ctx.buffer("runningMean"), ctx.buffer("runningVar"));
      // ONNX: running' = running · momentum + batch · (1 - momentum), so momentum 0 yields the batch's own mean and population variance, whatever
      // the operands. ONNX Runtime's CPU kernel writes these results over the operands (Alias(3, 1), Alias(4, 2) in batch_norm.cc), constants and
      // values that others still read included; so it gets two that are nobody else's.
      const scratch = [e.shift(ctx.buffer("runningMean"), 1), e.shift(ctx.buffer("runningVar"), 1)];
      const attributes = { epsilon: float(eps), momentum: float(0), training_mode: int(1) };
      const [y, mean, variance] = e.graph.node("BatchNormalization", [x, scale, bias, ...scratch], attributes, { outputs: 3 });
      if (!y || !mean || !variance) return ctx.fail("expected BatchNormalization to have three outputs");
      track(ctx, mean, variance);
      return y;
    },
    // One picture has places enough for a variance of its own.
    needsBatch: ranks.includes(2),
    constant: (_config, inputs, batch) =>
      batch === 1 && knownSize(onlyInput(type, inputs).shape.slice(2)) === 1 ? "while training, each feature is compared with itself alone" : undefined,
    atEnd: () => "while training, it shifts and scales each answer by those of the other rows in the batch",
    torch: ({ eps, momentum, affine, trackRunningStats }, inputs) => ({
      module: call(`nn.${type}`, [lengthOf(type, inputs, 1)], {
        eps: [eps, 1e-5],
        momentum: [momentum, 0.1],
        affine: [affine, true],
        track_running_stats: [trackRunningStats, true],
      }),
    }),
    // Scale and shift of evaluation are one multiplication an element.
    cost: (_config, inputs) => sampleSize(onlyInput(type, inputs)),
  };
}

/** The batch's mean and population variance by feature, `[C]` each. */
function ownStatistics(e: Emitter, x: Value): readonly [mean: Value, variance: Value] {
  const axes = [...x.shape.keys()].filter((axis) => axis !== 1);
  const mean = e.reduceMean(x, axes, true);
  return [e.squeeze(mean, axes), e.reduceMean(e.square(e.sub(x, mean)), axes)];
}

/** running ← (1 - m)·running + m·batch, with the unbiased variance; m = 1/batches so far where momentum is null. */
function track(ctx: LayerContext<Config>, mean: Value, variance: Value): void {
  const {
    e,
    input: x,
    config: { momentum },
  } = ctx;
  const lengths = x.shape.slice(2).filter((d) => typeof d === "number");
  if (lengths.length < x.shape.length - 2) return ctx.fail("expected the axes after the features to have known lengths");
  const places = lengths.reduce((a, b) => a * b, 1);
  const n = e.scale(ctx.batchSize(), places);
  const others = e.shift(n, -1);
  // A last batch of one picture that has been pooled to one place has no variance, which is 0 then and not 0 / 0.
  const unbiased = e.mul(variance, e.div(n, lengths.length === 2 && places === 1 ? e.max(others, e.scalarLike(1, others)) : others));
  const fresh = { runningMean: mean, runningVar: unbiased };
  const share = momentum === null ? e.div(e.scalarLike(1, x), counted(ctx)) : momentum;
  for (const [name, batch] of Object.entries(fresh)) {
    if (typeof share === "number") ctx.updateBuffer(name, batch, share);
    else {
      const running = ctx.buffer(name);
      ctx.updateBuffer(name, e.add(running, e.mul(share, e.sub(batch, running))));
    }
  }
}

/** The number of batches with this one. */
function counted(ctx: LayerContext<Config>): Value {
  const count = ctx.e.shift(ctx.buffer("numBatchesTracked"), 1);
  ctx.updateBuffer("numBatchesTracked", count);
  return count;
}
