import { defineOp } from "./op.js";
import { only, sameAs } from "./rules.js";

/** Y = γ·X where X > 0, γ·α·(eˣ − 1) elsewhere. https://onnx.ai/onnx/operators/onnx__Selu.html */
export const selu = defineOp({
  type: "Selu",
  inputs: ["X"],
  infer: only("float", sameAs("X")),
  gradient: {
    X: (g) => {
      const gamma = g.float("gamma", 1.05070102214813232421875);
      const x = g.input("X");
      const curved = g.e.shift(g.output(), gamma * g.float("alpha", 1.67326319217681884765625)); // γ·α·eˣ = Y + γ·α where X ≤ 0
      return g.e.mul(g.dy(), g.e.where(g.e.greater(x, g.e.scalarLike(0, x)), g.e.scalarLike(gamma, x), curved)); // γ·α at 0, as PyTorch
    },
  },
});
