import { defineOp } from "./op.js";
import { broadcast, only } from "./rules.js";

/** C = A / B, broadcasting. https://onnx.ai/onnx/operators/onnx__Div.html */
export const div = defineOp({
  type: "Div",
  inputs: ["A", "B"],
  infer: only("number", broadcast()),
  gradient: {
    A: (g) => g.e.div(g.dy(), g.input("B")), // dA = dC / B
    B: (g) => g.e.neg(g.e.mul(g.e.div(g.dy(), g.input("B")), g.output())), // dB = −dC ∘ A / B² = −(dC / B) ∘ C
  },
});
