import { defineOp } from "./op.js";
import { only, sameAs } from "./rules.js";

/** Y = |X|. https://onnx.ai/onnx/operators/onnx__Abs.html */
export const abs = defineOp({
  type: "Abs",
  inputs: ["X"],
  infer: only("number", sameAs("X")),
  gradient: { X: (g) => g.e.mul(g.dy(), g.e.sign(g.input("X"))) }, // 0 at 0, as PyTorch
});
