import { LatheError } from "../base/errors.js";
import { int, sameShape } from "../onnx/types.js";
import { type GradientContext, defineOp } from "./op.js";
import { normalizeAxis } from "./rules.js";
import { zerosLike } from "./shapes.js";

type Operand = "data" | "indices" | "updates";

/** data with data[indices[i, j], j] replaced by updates[i, j] for axis 0, or that added to it. https://onnx.ai/onnx/operators/onnx__ScatterElements.html */
export const scatterElements = defineOp({
  type: "ScatterElements",
  inputs: ["data", "indices", "updates"],
  infer: (c) => {
    const [data, indices, updates] = [c.input("data"), c.input("indices"), c.input("updates")];
    if (indices.dtype !== "int64" && indices.dtype !== "int32") return c.fail("indices must be int64 or int32");
    if (updates.dtype !== data.dtype) return c.fail("updates must have the type of data");
    if (indices.shape.length !== data.shape.length || !sameShape(indices.shape, updates.shape))
      return c.fail("indices and updates must have one shape, with as many axes as data");
    normalizeAxis(c, c.int("axis", 0), data.shape.length);
    return [{ dtype: data.dtype, shape: data.shape }];
  },
  gradient: {
    data: (g) =>
      adds(g) ? g.dy() : g.e.op("ScatterElements", [g.dy(), g.input("indices"), zerosLike(g.e, g.input("updates"))], { axis: int(g.int("axis", 0)) }),
    updates: (g) => (adds(g), g.e.op("GatherElements", [g.dy(), g.input("indices")], { axis: int(g.int("axis", 0)) })),
  },
});

function adds(g: GradientContext<Operand>): boolean {
  const reduction = g.string("reduction", "none");
  if (reduction !== "none" && reduction !== "add")
    throw new LatheError("autodiff.unsupported", `the gradient of ScatterElements with reduction ${reduction} is not there yet`);
  return reduction === "add";
}
