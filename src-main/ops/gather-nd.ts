import { LatheError } from "../base/errors.js";
import { productOf } from "../onnx/dimensions.js";
import { type Shape, type Value, int, isStatic, text } from "../onnx/types.js";
import { type GradientContext, defineOp } from "./op.js";
import { reshapeTo, zerosLike } from "./shapes.js";

/** Slices of the first axes, by index vectors. https://onnx.ai/onnx/operators/onnx__GatherND.html */
export const gatherNd = defineOp({
  type: "GatherND",
  inputs: ["data", "indices"],
  infer: (c) => {
    const [{ dtype, shape }, indices] = [c.input("data"), c.input("indices")];
    if (indices.dtype !== "int64") return c.fail("indices must be int64");
    const batch = c.int("batch_dims", 0);
    const depth = indices.shape.at(-1);
    if (typeof depth !== "number" || depth < 1 || depth + batch > shape.length)
      return c.fail(`the last axis of indices must be from 1 to the ${shape.length - batch} axes of data they choose from`);
    return [{ dtype, shape: [...indices.shape.slice(0, -1), ...shape.slice(batch + depth)] }];
  },
  gradient: { data: (g) => scatter(g) },
});

/**
 * Adds each slice of dY to the slice of dX it came from. Not by ScatterND: ONNX Runtime's kernel shares its rows out to threads and loses additions to the
 * same row. Index vectors become positions in the flattened leading axes, and ScatterElements, which is right, does the rest.
 */
function scatter(g: GradientContext<"data" | "indices">): Value {
  const { e } = g;
  const [x, indices] = [g.input("data"), g.input("indices")];
  const depth = Number(indices.shape.at(-1));
  const chosen: Shape = x.shape.slice(0, depth);
  const rest = x.shape.slice(depth);
  if (g.int("batch_dims", 0) !== 0) throw new LatheError("autodiff.unsupported", "the gradient of GatherND with batch_dims is not there yet");
  if (!isStatic(chosen)) throw new LatheError("autodiff.unsupported", "the gradient of GatherND along an axis of unknown length is not there yet");
  const strides = chosen.map((_, i) => chosen.slice(i + 1).reduce((a, b) => a * b, 1));
  const fromFront = e.where(e.less(indices, e.scalar(0, "int64")), e.add(indices, e.indices(chosen)), indices);
  const position = e.reduceSum(e.mul(fromFront, e.indices(strides)), [-1]);
  const count = productOf(position.shape);
  const updates = reshapeTo(e, g.dy(), [count, ...rest], [x, indices]);
  const along = reshapeTo(e, position, [count, ...rest.map(() => 1)], [indices]);
  const flat = reshapeTo(e, zerosLike(e, x), [chosen.reduce((a, b) => a * b, 1), ...rest], [x]);
  const sum = e.op("ScatterElements", [flat, e.expandLike(along, updates), updates], { axis: int(0), reduction: text("add") });
  return reshapeTo(e, sum, x.shape, [x]);
}
