import { defineOp } from "./op.js";
import { only, sameAs } from "./rules.js";

/** Y = max(X, 0). https://onnx.ai/onnx/operators/onnx__Relu.html */
export const relu = defineOp({
  type: "Relu",
  inputs: ["X"],
  infer: only("number", sameAs("X")),
  gradient: {
    // 0 at 0, as PyTorch
    X: (g) => g.e.where(g.e.greater(g.output(), g.e.scalarLike(0, g.output())), g.dy(), g.e.scalarLike(0, g.dy())),
  },
});
