import { LatheError } from "../base/errors.js";
import { text } from "../onnx/types.js";
import { defineOp } from "./op.js";
import { zerosLike } from "./shapes.js";

/** Slices of the first axes, by index vectors. https://onnx.ai/onnx/operators/onnx__GatherND.html */
export const gatherNd = defineOp({
  type: "GatherND",
  inputs: ["data", "indices"],
  infer: (c) => {
    const [{ dtype, shape }, indices] = [c.input("data"), c.input("indices")];
    if (indices.dtype !== "int64") return c.fail("indices must be int64");
    const batch = c.int("batch_dims", 0);
    const depth = indices.shape.at(-1);
    if (typeof depth !== "number" || depth < 1 || depth + batch > shape.length) return c.fail(`the last axis of indices must be from 1 to the ${shape.length - batch} axes of data they choose from`);
    return [{ dtype, shape: [...indices.shape.slice(0, -1), ...shape.slice(batch + depth)] }];
  },
  gradient: {
    data: (g) => {
      if (g.int("batch_dims", 0) !== 0) throw new LatheError("autodiff.unsupported", "the gradient of GatherND with batch_dims is not there yet");
      return g.e.op("ScatterND", [zerosLike(g.e, g.input("data")), g.input("indices"), g.dy()], { reduction: text("add") });
    },
  },
});
