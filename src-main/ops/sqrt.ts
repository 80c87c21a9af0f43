import { defineOp } from "./op.js";
import { only, sameAs } from "./rules.js";

/** Y = √X. https://onnx.ai/onnx/operators/onnx__Sqrt.html */
export const sqrt = defineOp({
  type: "Sqrt",
  inputs: ["X"],
  infer: only("float", sameAs("X")),
  gradient: { X: (g) => g.e.div(g.dy(), g.e.scale(g.output(), 2)) }, // dX = dY / (2·√X)
});
