import type { Emitter } from "../onnx/emitter.js";
import { type DataType, type Dimension, type Shape, type TensorType, type Value, int, isFloat, isStatic, tensor } from "../onnx/types.js";
import type { GradientContext, InferContext, VariadicGradientRule } from "./op.js";

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

/** The type of a reduction over `axes` (all where omitted or empty), by its `keepdims` attribute. */
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

/** Families of element types, as operators' pages constrain their operands. */
const FAMILIES = {
  float: { has: isFloat, words: "expected float32 or float64" },
  number: { has: (d: DataType) => d !== "bool" && d !== "string", words: "expected numbers" },
  bool: { has: (d: DataType) => d === "bool", words: "expected bool" },
} as const;

/** A shape rule for operands of one family of element types. */
export function only<I extends string>(
  family: keyof typeof FAMILIES,
  rule: (c: InferContext<I>) => readonly TensorType[],
): (c: InferContext<I>) => readonly TensorType[] {
  const { has, words } = FAMILIES[family];
  return (c) => {
    for (const v of c.inputs) if (v && !has(v.dtype)) return c.fail(words);
    return rule(c);
  };
}

/** One number in the type and shape of `like`; stored where the shape is known. */
export function filledLike(e: Emitter, like: Value, value: number): Value {
  if (!isStatic(like.shape) || like.dtype === "string") return e.expandLike(e.scalarLike(value, like), like);
  const size = like.shape.reduce((product, d) => product * d, 1);
  return e.constant(tensor(like.dtype, new Array<number>(size).fill(value), like.shape));
}

/** x divided by how many elements of `counted` lie along `axes`: what a mean passes to each of them. */
export function divideByCount(e: Emitter, x: Value, counted: Value, axes: readonly number[]): Value {
  let known = 1;
  let result = x;
  for (const axis of axes) {
    const d = counted.shape[axis] ?? 1;
    if (typeof d === "number") known *= d;
    else {
      const length = e.op("Shape", [counted], { start: int(axis), end: int(axis + 1) });
      result = e.div(result, e.cast(x.shape.length === 0 ? e.squeeze(length, [0]) : length, x.dtype));
    }
  }
  return e.scale(result, 1 / known);
}

/** The gradient of Min and Max: all of it to the operand that won, equal parts to operands that tie. @param wins the operator that says who won. */
export function shareOfWinner(wins: "Less" | "Greater"): VariadicGradientRule {
  return (g, i) => {
    const { e } = g;
    const operands = g.inputs.filter((v) => v !== undefined);
    const [own, ...others] = [...operands.slice(i), ...operands.slice(0, i)];
    const [other] = others;
    if (!own || !other) return g.dy();
    const zero = e.scalarLike(0, g.dy());
    if (others.length === 1) return e.where(e.equal(own, other), e.scale(g.dy(), 0.5), e.where(e.op(wins, [own, other]), g.dy(), zero));
    const won = operands.map((v) => e.cast(e.equal(v, g.output()), g.dy().dtype));
    return e.mul(g.dy(), e.div(won[i] ?? zero, e.op("Sum", won)));
  };
}
