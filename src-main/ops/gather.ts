import { productOf } from "../onnx/dimensions.js";
import { type Value, int, text } from "../onnx/types.js";
import { type GradientContext, defineOp } from "./op.js";
import { normalizeAxis } from "./rules.js";
import { reshapeTo, zerosLike } from "./shapes.js";

/** Slices of one axis, by index; negative indices count from the end. https://onnx.ai/onnx/operators/onnx__Gather.html */
export const gather = defineOp({
  type: "Gather",
  inputs: ["data", "indices"],
  infer: (c) => {
    const [{ dtype, shape }, indices] = [c.input("data"), c.input("indices")];
    if (indices.dtype !== "int64" && indices.dtype !== "int32") return c.fail("indices must be int64 or int32");
    const axis = normalizeAxis(c, c.int("axis", 0), shape.length);
    const length = shape[axis];
    const outside = typeof length === "number" ? c.constantNumbers("indices")?.find((i) => i < -length || i >= length) : undefined;
    if (outside !== undefined) return c.fail(`index ${outside} is outside the ${length} elements along axis ${axis}`);
    return [{ dtype, shape: [...shape.slice(0, axis), ...indices.shape, ...shape.slice(axis + 1)] }];
  },
  gradient: { data: (g) => scatter(g) },
});

/** Adds each slice of dY to the slice of dX it came from, so that repeated indices add up. */
function scatter(g: GradientContext<"data" | "indices">): Value {
  const { e } = g;
  const [x, indices] = [g.input("data"), g.input("indices")];
  const given = g.int("axis", 0);
  const axis = given < 0 ? given + x.shape.length : given;
  const count = productOf(indices.shape);
  const [before, after] = [x.shape.slice(0, axis), x.shape.slice(axis + 1)];
  const updates = reshapeTo(e, g.dy(), [...before, count, ...after], [x, indices]);
  const along = reshapeTo(e, indices, [...before.map(() => 1), count, ...after.map(() => 1)], [indices]);
  return e.op("ScatterElements", [zerosLike(e, x), e.expandLike(along, updates), updates], { axis: int(axis), reduction: text("add") });
}
