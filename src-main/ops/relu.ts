import { defineOp } from "./op.js";
import { only, sameAs } from "./rules.js";

/** Y = max(X, 0). https://onnx.ai/onnx/operators/onnx__Relu.html */
export const relu = defineOp({
  type: "Relu",
  inputs: ["X"],
  infer: only("number", sameAs("X")),
  gradient: {
    // dX = dY ∘ [Y > 0], 0 at 0 as PyTorch. A product with a cast condition is quicker than Where in ONNX Runtime, for large tensors and small.
    X: (g) => g.e.mul(g.dy(), g.e.cast(g.e.greater(g.output(), g.e.scalarLike(0, g.output())), g.dy().dtype)),
  },
});
