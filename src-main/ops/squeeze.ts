import { type Shape, type Value } from "../onnx/types.js";
import { defineOp } from "./op.js";
import { constantOperand, normalizeAxes } from "./shapes.js";

/** Without the axes named, each of length 1; without all of that length by default. https://onnx.ai/onnx/operators/onnx__Squeeze.html (version 13) */
export const squeeze = defineOp({
  type: "Squeeze",
  inputs: ["data", "axes"],
  required: 1,
  infer: (c) => {
    const { dtype, shape } = c.input("data");
    if (!c.optional("axes")) {
      const named = shape.find((d) => typeof d === "string");
      if (named !== undefined) return c.fail(`name the axes: whether ${named} is 1 is not known before the graph runs`);
      return [{ dtype, shape: shape.filter((d) => d !== 1) }];
    }
    const dropped = normalizeAxes(c, constantOperand(c, "axes"), shape.length);
    for (const axis of dropped) if (shape[axis] !== 1) return c.fail(`axis ${axis} has length ${shape[axis]}, expected 1`);
    return [{ dtype, shape: shape.filter((_, i) => !dropped.has(i)) }];
  },
  gradient: {
    data: (g) => (g.dy().shape.length === g.input("data").shape.length ? g.dy() : g.e.unsqueeze(g.dy(), dropped(g.input("data"), g.constantNumbers("axes")))),
  },
});

function dropped({ shape }: Value, axes: readonly number[] | undefined): readonly number[] {
  return axes?.map((a) => (a < 0 ? a + shape.length : a)) ?? lengthOne(shape);
}

function lengthOne(shape: Shape): readonly number[] {
  return shape.flatMap((d, i) => (d === 1 ? [i] : []));
}
