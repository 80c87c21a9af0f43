import type { Dimension, Shape, TensorType, Value } from "../onnx/types.js";
import type { GradientContext, InferContext } from "./op.js";

/** Shape rules and small helpers that several operators share. Operators import this file, never each other. */

/** The result has the type of the first operand. */
export function sameAs<I extends string>(name: I): (c: InferContext<I>) => readonly TensorType[] {
  return (c) => [{ dtype: c.input(name).dtype, shape: c.input(name).shape }];
}

/** Numpy broadcasting of two axes; undefined where they do not fit. A symbolic axis fits itself and 1. */
export function broadcastDimension(a: Dimension, b: Dimension): Dimension | undefined {
  if (a === b || b === 1) return a;
  if (a === 1) return b;
  return undefined;
}

/** Numpy broadcasting of shapes, aligned at the last axis; undefined where they do not fit. */
export function broadcastShapes(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length);
  const shape: Dimension[] = [];
  for (let i = 0; i < rank; i++) {
    const d = broadcastDimension(a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1);
    if (d === undefined) return undefined;
    shape.push(d);
  }
  return shape;
}

/** An elementwise rule over all operands given, which must share an element type. `dtype` overrides the result's. */
export function broadcast<I extends string>(dtype?: "bool"): (c: InferContext<I>) => readonly TensorType[] {
  return (c) => {
    const operands = c.inputs.filter((v) => v !== undefined);
    const [first, ...rest] = operands;
    if (!first) return c.fail("expected at least one operand");
    let shape = first.shape;
    for (const v of rest) {
      if (v.dtype !== first.dtype) return c.fail("operands must share an element type");
      const joined = broadcastShapes(shape, v.shape);
      if (!joined) return c.fail("shapes do not broadcast: each axis must be equal or 1");
      shape = joined;
    }
    return [{ dtype: dtype ?? first.dtype, shape }];
  };
}

/** A possibly negative axis as an index from the front. */
export function normalizeAxis<I extends string>(c: Pick<InferContext<I>, "fail">, axis: number, rank: number): number {
  const normal = axis < 0 ? axis + rank : axis;
  if (normal < 0 || normal >= rank) return c.fail(`axis ${axis} is outside ${rank} axes`);
  return normal;
}

/** The type of a reduction over `axes` (all where left out or empty), by its `keepdims` attribute. */
export function reduction<I extends string>(c: InferContext<I>, x: Value, axes: readonly number[] | undefined): readonly TensorType[] {
  const rank = x.shape.length;
  if (axes?.length === 0 && c.int("noop_with_empty_axes", 0) === 1) return [{ dtype: x.dtype, shape: x.shape }];
  const reduced = new Set(axes?.length ? axes.map((a) => normalizeAxis(c, a, rank)) : x.shape.keys());
  const keep = c.int("keepdims", 1) === 1;
  const shape = x.shape.flatMap((d, i) => (reduced.has(i) ? (keep ? [1] : []) : [d]));
  return [{ dtype: x.dtype, shape }];
}

/** Puts the axes that a reduction dropped back with length 1, so that its result broadcasts against its operand. */
export function restoreReduced<I extends string>(g: GradientContext<I>, x: Value, y: Value, axes: readonly number[] | undefined): Value {
  if (g.int("keepdims", 1) === 1 || y.shape.length === x.shape.length) return y;
  const rank = x.shape.length;
  const reduced = axes?.length ? axes.map((a) => (a < 0 ? a + rank : a)) : [...x.shape.keys()];
  return g.e.unsqueeze(y, reduced);
}
