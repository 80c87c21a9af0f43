import { defineOp } from "./op.js";
import { only, sameAs } from "./rules.js";

/** Y = X where X > 0, α·(eˣ − 1) elsewhere. https://onnx.ai/onnx/operators/onnx__Elu.html */
export const elu = defineOp({
  type: "Elu",
  inputs: ["X"],
  infer: only("float", sameAs("X")),
  gradient: {
    X: (g) => {
      const alpha = g.float("alpha", 1);
      const curved = g.e.shift(g.output(), alpha); // α·eˣ = Y + α where X ≤ 0
      const one = g.e.scalarLike(1, curved);
      // With α = 1, Y + α passes 1 exactly where the line begins; for other α the two have to be told apart. α at 0, as PyTorch.
      const slope = alpha === 1 ? g.e.min(curved, one) : g.e.where(g.e.greater(g.input("X"), g.e.scalarLike(0, curved)), one, curved);
      return g.e.mul(g.dy(), slope);
    },
  },
});
