import type { Emitter } from "../onnx/emitter.js";
import { type TensorType, type Value, isFloat, showShape } from "../onnx/types.js";
import { broadcasts } from "./shape.js";

/** What layers share that compare two inputs and give fewer axes than they read. */

/** Both inputs, which broadcast and are real numbers of one rank. @throws LatheError `model.layer` by the context's `fail`, with both shapes */
export function pairOf(ctx: { readonly inputs: readonly Value[]; fail(expected: string): never }): readonly [Value, Value] {
  const [a, b] = ctx.inputs;
  if (!a || !b) return ctx.fail("expected two inputs; connect another one");
  if (a.dtype !== b.dtype || !isFloat(a.dtype) || a.shape.length < 2 || a.shape.length !== b.shape.length || !broadcasts(a.shape, b.shape))
    return ctx.fail(
      `expected two inputs of real numbers of one shape [N, …] (an axis of 1 repeats), got ${showShape(a.shape)} and ${showShape(b.shape)}; ` +
        `a Linear or Flatten before one of them makes them alike`,
    );
  return [a, b];
}

/** The sum along an axis, which is dropped as in PyTorch; but rows `[N, D]` become `[N, 1]`, not `[N]`, so that they can be joined and read on. */
export function summed(e: Emitter, x: Value, axis: number): Value {
  return e.reduceSum(x, [axis], staysAsOne(x));
}

/** Whether the axis that is summed over stays, with length 1: without it only the batch would be left. */
export function staysAsOne({ shape }: Pick<TensorType, "shape">): boolean {
  return shape.length === 2;
}

/** The same in PyTorch, of a function that drops the axis. */
export function likeSummed(expression: string, [x]: readonly TensorType[]): string {
  return x && staysAsOne(x) ? `${expression}.unsqueeze(1)` : expression;
}
