import { z } from "zod";
import type { Emitter } from "../onnx/emitter.js";
import { type Value, isFloat, showShape, showType } from "../onnx/types.js";
import type { LossContext } from "./loss.js";

/** What the losses over distances between embeddings share. */

/** Options of all. */
export const distanceOptions = {
  p: z.literal([1, 2]).default(2).describe("2: Euclidean distance; 1: the sum of the differences' sizes"),
  eps: z.number().positive().default(1e-6).describe("Added to each difference, so that the distance of equal embeddings has a gradient"),
};

/**
 * Σ (|x - y + eps|^p)^(1/p) over the last axis. torch.nn.PairwiseDistance
 * @param x and y `[M, D]`. @returns `[M]`
 */
export function distance(e: Emitter, x: Value, y: Value, { p, eps }: { readonly p: 1 | 2; readonly eps: number }): Value {
  const difference = e.shift(e.sub(x, y), eps);
  return p === 1 ? e.reduceSum(e.abs(difference), [1]) : e.sqrt(e.reduceSum(e.square(difference), [1]));
}

/** The rows of a batch, two of which belong together each. @param x `[M·2, D]`, or `[M·2]`. @returns `[M, D]`, or `[M]` */
export function pairsOf(e: Emitter, x: Value): readonly [Value, Value] {
  const at = places(e, x, 2);
  return [at(0), at(1)];
}

/** The same of three. */
export function tripletsOf(e: Emitter, x: Value): readonly [Value, Value, Value] {
  const at = places(e, x, 3);
  return [at(0), at(1), at(2)];
}

function places(e: Emitter, x: Value, count: number): (k: number) => Value {
  const [, ...axes] = x.shape;
  const grouped = e.reshape(x, [-1, count, ...axes.map(Number)]);
  return (k) => e.gather(grouped, e.scalar(k, "int64"), 1);
}

/** @throws LatheError by the context's `fail` where the output is no embedding `[N, D]`, or the target does not say which samples belong together. */
export function requireEmbeddings(ctx: LossContext<unknown>): void {
  const { output, target } = ctx;
  if (!isFloat(output.dtype) || output.shape.length !== 2 || typeof output.shape[1] !== "number")
    ctx.fail(`expected an output of shape ${showShape([target.shape[0] ?? "N", "D"])}, got ${showType(output)}`);
  if (target.dtype !== "int64" || target.shape.length !== 1) ctx.fail(`expected class numbers, int64 [N], as the target, got ${showType(target)}`);
}
