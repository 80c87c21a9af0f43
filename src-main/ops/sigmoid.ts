import { defineOp } from "./op.js";
import { only, sameAs } from "./rules.js";

/** Y = 1 / (1 + e^(−X)). https://onnx.ai/onnx/operators/onnx__Sigmoid.html */
export const sigmoid = defineOp({
  type: "Sigmoid",
  inputs: ["X"],
  infer: only("float", sameAs("X")),
  gradient: {
    // dX = dY ∘ Y ∘ (1 − Y)
    X: (g) => g.e.mul(g.e.mul(g.dy(), g.output()), g.e.subFrom(1, g.output())),
  },
});
