import { LatheError } from "../base/errors.js";
import type { Emitter } from "../onnx/emitter.js";
import { type Shape, type Value, int, sameShape, showShape, showType } from "../onnx/types.js";
import type { InferContext } from "./op.js";

/** Helpers of the operators that move data about: lengths that come as values, and reshapes along axes that only have a name. */

/** What exporters write for "to the end": anything from 2^31 - 1. */
export const END = 2 ** 31 - 1;

/**
 * The lengths an operand holds. Where they are only known at run time, each gets a name that says where it comes from, so that the graph can be typed on.
 * @throws LatheError `graph.shape` where not even their number is known.
 */
export function lengthsOf<I extends string>(c: InferContext<I>, type: string, name: I): Shape {
  const known = c.shapeBehind(name);
  if (known) return known;
  const { dtype, shape } = c.input(name);
  if (dtype !== "int64" || shape.length !== 1 || typeof shape[0] !== "number") return c.fail(`${name} must be an int64 vector of known length`);
  return Array.from({ length: shape[0] }, (_, i) => unknownLength(c, type, i));
}

/** A name for a length that depends on the values of this node's operands: the same node asked twice gives the same name. */
export function unknownLength<I extends string>(c: InferContext<I>, type: string, i = 0): string {
  return `${type}(${c.inputs.map((v) => v?.name ?? "").join()})[${i}]`;
}

/** Vectors of whole numbers: axes, bounds, repeats. @throws LatheError `graph.shape` where they are only known at run time. */
export function constantOperand<I extends string>(c: InferContext<I>, name: I): readonly number[] {
  return c.constantNumbers(name) ?? c.fail(`${name} must be constant`);
}

/** Axes counted from the front, without repetition. */
export function normalizeAxes<I extends string>(c: Pick<InferContext<I>, "fail">, axes: readonly number[], rank: number): ReadonlySet<number> {
  const set = new Set<number>();
  for (const axis of axes) {
    const a = axis < 0 ? axis + rank : axis;
    if (a < 0 || a >= rank) return c.fail(`axis ${axis} is outside ${rank} axes`);
    if (set.has(a)) return c.fail(`axis ${axis} is named twice`);
    set.add(a);
  }
  return set;
}

/**
 * Reshapes x to a shape whose named axes are those of `sources`.
 * @throws LatheError `graph.shape` where several named axes are found in no source.
 */
export function reshapeTo(e: Emitter, x: Value, shape: Shape, sources: readonly Value[]): Value {
  if (sameShape(x.shape, shape)) return x;
  const named = shape.filter((d) => typeof d === "string").length;
  if (named === 0 || (named === 1 && !shape.includes(0)))
    return e.reshape(
      x,
      shape.map((d) => (typeof d === "string" ? -1 : d)),
    );
  let inferred = 0;
  const pieces = shape.map((d) => {
    if (typeof d === "number") return e.indices([d]);
    for (const source of sources) {
      const axis = source.shape.indexOf(d);
      if (axis >= 0) return e.op("Shape", [source], { start: int(axis), end: int(axis + 1) });
    }
    if (inferred++ > 0) throw new LatheError("graph.shape", `cannot reshape ${showType(x)} to ${showShape(shape)}: ${d} is the length of no operand`);
    return e.indices([-1]);
  });
  return e.op("Reshape", [x, e.concat(pieces, 0)], { allowzero: int(inferred > 0 ? 0 : 1) });
}

/** Zeros in the type and shape of x, made when the graph runs. */
export function zerosLike(e: Emitter, x: Value): Value {
  return e.expandLike(e.scalarLike(0, x), x);
}
