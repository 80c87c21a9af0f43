import { LatheError } from "../base/errors.js";
import { sameShape, showShape } from "../onnx/types.js";
import { type GradientContext, defineOp } from "./op.js";
import { zerosLike } from "./shapes.js";

type Operand = "data" | "indices" | "updates";

/** data with the slices that index vectors name replaced by updates, or those added to them. https://onnx.ai/onnx/operators/onnx__ScatterND.html */
export const scatterNd = defineOp({
  type: "ScatterND",
  inputs: ["data", "indices", "updates"],
  infer: (c) => {
    const [data, indices, updates] = [c.input("data"), c.input("indices"), c.input("updates")];
    if (indices.dtype !== "int64") return c.fail("indices must be int64");
    if (updates.dtype !== data.dtype) return c.fail("updates must have the type of data");
    const depth = indices.shape.at(-1);
    if (typeof depth !== "number" || depth < 1 || depth > data.shape.length)
      return c.fail(`the last axis of indices must be from 1 to the ${data.shape.length} axes of data`);
    const expected = [...indices.shape.slice(0, -1), ...data.shape.slice(depth)];
    if (!sameShape(updates.shape, expected)) return c.fail(`updates must be ${showShape(expected)}`);
    return [{ dtype: data.dtype, shape: data.shape }];
  },
  gradient: {
    data: (g) => (adds(g) ? g.dy() : g.e.op("ScatterND", [g.dy(), g.input("indices"), zerosLike(g.e, g.input("updates"))])),
    updates: (g) => (adds(g), g.e.op("GatherND", [g.dy(), g.input("indices")])),
  },
});

function adds(g: GradientContext<Operand>): boolean {
  const reduction = g.string("reduction", "none");
  if (reduction !== "none" && reduction !== "add")
    throw new LatheError("autodiff.unsupported", `the gradient of ScatterND with reduction ${reduction} is not there yet`);
  return reduction === "add";
}
