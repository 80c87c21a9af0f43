import { defineOp } from "./op.js";
import { broadcast, only } from "./rules.js";

/** C = A ∘ B, broadcasting. https://onnx.ai/onnx/operators/onnx__Mul.html */
export const mul = defineOp({
  type: "Mul",
  inputs: ["A", "B"],
  infer: only("number", broadcast()),
  gradient: {
    A: (g) => g.e.mul(g.dy(), g.input("B")), // dA = dC ∘ B
    B: (g) => g.e.mul(g.dy(), g.input("A")), // dB = dC ∘ A
  },
});
