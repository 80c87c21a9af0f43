import type { Emitter } from "../onnx/emitter.js";
import { type Value, sameShape, showType } from "../onnx/types.js";
import type { LossContext, LossValue } from "./loss.js";

/** What losses that compare output and target element by element share. */

/** Output - target. @throws LatheError by the context's `fail` where they differ in type or shape. */
export function difference(ctx: LossContext<unknown>): Value {
  requireSameType(ctx);
  return ctx.e.sub(ctx.output, ctx.target);
}

/** @throws LatheError by the context's `fail` where output and target differ in type or shape. */
export function requireSameType(ctx: LossContext<unknown>): void {
  const { output, target } = ctx;
  if (output.dtype !== target.dtype || !sameShape(output.shape, target.shape)) {
    ctx.fail(`expected an output of the target's type ${showType(target)}, got ${showType(output)}; give the last layer that many outputs`);
  }
}

/**
 * The mean over samples and columns; its weight is how many there are. Of a target that samples may lack, over those that are there: Σ each·counts / Σ counts.
 */
export function meanOver({ e, counts }: LossContext<unknown>, each: Value, factor = 1): LossValue {
  if (!counts) return { loss: e.scale(e.reduceMean(each), factor), weight: count(e, each) };
  const present = e.cast(counts, each.dtype);
  const weight = e.reduceSum(present);
  return { loss: e.scale(shareOf(e, e.reduceSum(e.mul(each, present)), weight), factor), weight };
}

/**
 * sum / weight. A batch in which nothing counts, where PyTorch divides by 0, gets 0 and so does its gradient: one such batch would make every weight of the
 * network NaN.
 * @param weight 0 or above
 */
export function shareOf(e: Emitter, sum: Value, weight: Value): Value {
  const something = e.greater(weight, e.scalarLike(0, weight));
  const share = e.div(e.scalarLike(1, weight), e.where(something, weight, e.scalarLike(1, weight)));
  return e.mul(sum, e.where(something, share, e.scalarLike(0, weight)));
}

/** The number of elements, as a float scalar. */
function count(e: Emitter, x: Value): Value {
  let known = 1;
  let unknown: Value | undefined;
  x.shape.forEach((length, axis) => {
    if (typeof length === "number") {
      known *= length;
      return;
    }
    const asked = e.cast(e.gather(e.shapeOf(x), e.scalar(axis, "int64"), 0), x.dtype);
    unknown = unknown ? e.mul(unknown, asked) : asked;
  });
  return unknown ? e.scale(unknown, known) : e.scalarLike(known, x);
}
