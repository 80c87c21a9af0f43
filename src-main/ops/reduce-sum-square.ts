import { defineOp } from "./op.js";
import { only, reduction, restoreReduced } from "./rules.js";

/** Y = Σ x² over axes given as an attribute. https://onnx.ai/onnx/operators/onnx__ReduceSumSquare.html (version 13) */
export const reduceSumSquare = defineOp({
  type: "ReduceSumSquare",
  inputs: ["data"],
  infer: only("number", (c) => reduction(c, c.input("data"), c.ints("axes"))),
  gradient: { data: (g) => g.e.mul(g.e.scale(g.input("data"), 2), restoreReduced(g, g.input("data"), g.dy(), g.ints("axes"))) }, // dX = 2x ∘ dY
});
