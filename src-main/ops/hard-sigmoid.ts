import { defineOp } from "./op.js";
import { only, sameAs } from "./rules.js";

/** Y = max(0, min(1, α·X + β)). https://onnx.ai/onnx/operators/onnx__HardSigmoid.html */
export const hardSigmoid = defineOp({
  type: "HardSigmoid",
  inputs: ["X"],
  infer: only("float", sameAs("X")),
  gradient: {
    X: (g) => {
      const [y, zero, one] = [g.output(), g.e.scalarLike(0, g.output()), g.e.scalarLike(1, g.output())];
      const inside = g.e.op("And", [g.e.greater(y, zero), g.e.less(y, one)]); // 0 at the kinks, as PyTorch
      return g.e.where(inside, g.e.scale(g.dy(), g.float("alpha", 0.2)), zero);
    },
  },
});
