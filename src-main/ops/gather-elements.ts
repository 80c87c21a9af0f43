import { int, text } from "../onnx/types.js";
import { defineOp } from "./op.js";
import { normalizeAxis } from "./rules.js";
import { zerosLike } from "./shapes.js";

/** Y[i, j] = data[indices[i, j], j] for axis 0, and likewise: torch.gather. https://onnx.ai/onnx/operators/onnx__GatherElements.html */
export const gatherElements = defineOp({
  type: "GatherElements",
  inputs: ["data", "indices"],
  infer: (c) => {
    const [{ dtype, shape }, indices] = [c.input("data"), c.input("indices")];
    if (indices.dtype !== "int64" && indices.dtype !== "int32") return c.fail("indices must be int64 or int32");
    if (indices.shape.length !== shape.length) return c.fail("indices must have as many axes as data");
    normalizeAxis(c, c.int("axis", 0), shape.length);
    return [{ dtype, shape: indices.shape }];
  },
  gradient: {
    data: (g) =>
      g.e.op("ScatterElements", [zerosLike(g.e, g.input("data")), g.input("indices"), g.dy()], { axis: int(g.int("axis", 0)), reduction: text("add") }),
  },
});
