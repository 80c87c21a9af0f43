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

/** The mean over samples and columns; its weight is how many there are. */
export function meanOver(e: Emitter, each: Value, factor = 1): LossValue {
  return { loss: e.scale(e.reduceMean(each), factor), weight: count(e, each) };
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
