import { defineOp } from "./op.js";
import { only, sameAs } from "./rules.js";

/** Hyperbolic tangent. https://onnx.ai/onnx/operators/onnx__Tanh.html */
export const tanh = defineOp({
  type: "Tanh",
  inputs: ["input"],
  infer: only("float", sameAs("input")),
  gradient: {
    // dx = dy ∘ (1 − y²)
    input: (g) => g.e.mul(g.dy(), g.e.subFrom(1, g.e.square(g.output()))),
  },
});
