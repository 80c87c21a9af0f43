import { defineOp } from "./op.js";
import { only, sameAs } from "./rules.js";

/** Y = X where X > 0, α·X elsewhere. https://onnx.ai/onnx/operators/onnx__LeakyRelu.html */
export const leakyRelu = defineOp({
  type: "LeakyRelu",
  inputs: ["X"],
  infer: only("float", sameAs("X")),
  gradient: {
    // α at 0, as PyTorch
    X: (g) => g.e.where(g.e.greater(g.input("X"), g.e.scalarLike(0, g.dy())), g.dy(), g.e.scale(g.dy(), g.float("alpha", 0.01))),
  },
});
