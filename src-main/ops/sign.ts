import { defineOp } from "./op.js";
import { filledLike, only, sameAs } from "./rules.js";

/** −1, 0 or 1. Flat wherever it has a derivative, so its gradient is 0 everywhere, as PyTorch's. https://onnx.ai/onnx/operators/onnx__Sign.html */
export const sign = defineOp({
  type: "Sign",
  inputs: ["input"],
  infer: only("number", sameAs("input")),
  gradient: { input: (g) => filledLike(g.e, g.input("input"), 0) },
});
