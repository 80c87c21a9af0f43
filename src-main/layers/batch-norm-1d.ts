import { z } from "zod";
import type { Emitter } from "../onnx/emitter.js";
import { type Value, float, int, isFloat, tensor } from "../onnx/types.js";
import { initField, initOf } from "./init-option.js";
import { defineLayer, type LayerContext } from "./layer.js";
import { lengthOf, onlyInput, sampleSize } from "./shape.js";
import { call } from "./torch.js";

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
 * (x - mean) / √(variance + eps) · weight + bias by feature, over the batch (and the length) while training, by running statistics afterwards.
 * Inputs [N, C] or [N, C, L]. torch.nn.BatchNorm1d; Ioffe, Szegedy 2015, https://arxiv.org/abs/1502.03167
 */
export const batchNorm1d = defineLayer({
  type: "BatchNorm1d",
  group: "Normalisation",
  summary: "Brings each feature to mean 0 and variance 1 over the batch; speeds up training",
  config,
  parameters: ({ affine, init, initBias }, inputs) => {
    if (!affine) return [];
    const shape = [lengthOf("BatchNorm1d", inputs, 1)];
    return [
      { name: "weight", shape, init: initOf(init, { type: "ones" }) },
      { name: "bias", shape, init: initOf(initBias, { type: "zeros" }) },
    ];
  },
  buffers: ({ trackRunningStats, momentum }, inputs) => {
    if (!trackRunningStats) return [];
    const shape = [lengthOf("BatchNorm1d", inputs, 1)];
    return [
      { name: "runningMean", shape, fill: 0 },
      { name: "runningVar", shape, fill: 1 },
      // Counts batches for the plain average; with a momentum nobody reads it.
      ...(momentum === null ? [{ name: "numBatchesTracked", shape: [1], fill: 0 }] : []),
    ];
  },
  lower: (ctx) => {
    const { e, input: x, mode, config: { eps, affine, trackRunningStats } } = ctx;
    const { dtype } = x;
    const channels = x.shape[1];
    if (!isFloat(dtype) || (x.shape.length !== 2 && x.shape.length !== 3)) return ctx.fail("expected real numbers of shape [N, C] or [N, C, L]; flatten the input");
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
  needsBatch: true,
  torch: ({ eps, momentum, affine, trackRunningStats }, inputs) => ({
    module: call("nn.BatchNorm1d", [lengthOf("BatchNorm1d", inputs, 1)], {
      eps: [eps, 1e-5], momentum: [momentum, 0.1], affine: [affine, true], track_running_stats: [trackRunningStats, true],
    }),
  }),
  // Scale and shift of evaluation are one multiplication an element.
  cost: (_config, inputs) => sampleSize(onlyInput("BatchNorm1d", inputs)),
});

/** The batch's mean and population variance by feature, `[C]` each. */
function ownStatistics(e: Emitter, x: Value): readonly [mean: Value, variance: Value] {
  const axes = [...x.shape.keys()].filter((axis) => axis !== 1);
  const mean = e.reduceMean(x, axes, true);
  return [e.squeeze(mean, axes), e.reduceMean(e.square(e.sub(x, mean)), axes)];
}

/** running ← (1 - m)·running + m·batch, with the unbiased variance; m = 1/batches so far where momentum is null. */
function track(ctx: LayerContext<Config>, mean: Value, variance: Value): void {
  const { e, input: x, config: { momentum } } = ctx;
  const length = x.shape[2] ?? 1;
  if (typeof length !== "number") return ctx.fail("expected axis 2, the length, to be known");
  const n = e.scale(ctx.batchSize(), length);
  const unbiased = e.mul(variance, e.div(n, e.shift(n, -1)));
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
