import { LatheError } from "../base/errors.js";
import { type Shape, type TensorType, isStatic, showType, sizeOf } from "../onnx/types.js";

/** Shape questions that several layers ask of their inputs. */

/** The only input. @throws LatheError `model.layer` where there is none. */
export function onlyInput(layer: string, inputs: readonly TensorType[]): TensorType {
  const [x] = inputs;
  if (!x) throw new LatheError("model.layer", `${layer} has no input; connect one`);
  return x;
}

/** The length of axis `axis` of the only input. @throws LatheError `model.layer` where the axis is not there or its length is not known. */
export function lengthOf(layer: string, inputs: readonly TensorType[], axis: number): number {
  const x = onlyInput(layer, inputs);
  const length = x.shape.at(axis);
  if (typeof length === "number") return length;
  throw new LatheError(
    "model.layer",
    `${layer} got ${showType(x)}, expected axis ${axis} to be there and of a known length; flatten the input, or fix its size`,
  );
}

/** A possibly negative axis as an index from the front; undefined where there is no such axis. */
export function axisOf(dim: number, rank: number): number | undefined {
  const axis = dim < 0 ? dim + rank : dim;
  return axis >= 0 && axis < rank ? axis : undefined;
}

/** An axis after the batch, from the front. @throws LatheError `model.layer` by the context's `fail`. */
export function featureAxis(ctx: { readonly input: TensorType; fail(expected: string): never }, dim: number): number {
  const axis = axisOf(dim, ctx.input.shape.length);
  if (axis === undefined || axis === 0) return ctx.fail(`expected dim ${dim} to be an axis of the input after the batch`);
  return axis;
}

/** True where an axis of the only input has one place. */
export function alone(inputs: readonly TensorType[], dim: number): boolean {
  return inputs[0]?.shape.at(dim) === 1;
}

/** True where numpy's rule lets `a` and `b` meet: aligned at the last axis, each pair equal or one of them 1. */
export function broadcasts(a: Shape, b: Shape): boolean {
  return a.every((_, i) => {
    const [x, y] = [a.at(-1 - i), b.at(-1 - i)];
    return x === undefined || y === undefined || x === y || x === 1 || y === 1;
  });
}

/** The number of elements, or undefined where an axis is not known. */
export function knownSize(shape: Shape): number | undefined {
  return isStatic(shape) ? shape.reduce((size, d) => size * d, 1) : undefined;
}

/** Elements of one sample. @throws LatheError `graph.shape` where an axis after the batch is not known. */
export function sampleSize({ shape }: TensorType): number {
  return sizeOf(shape.slice(1));
}
