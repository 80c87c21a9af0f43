import { defineOp } from "./op.js";
import { only, sameAs } from "./rules.js";

/** Y = ln(1 + eˣ). https://onnx.ai/onnx/operators/onnx__Softplus.html */
export const softplus = defineOp({
  type: "Softplus",
  inputs: ["X"],
  infer: only("float", sameAs("X")),
  gradient: { X: (g) => g.e.mul(g.dy(), g.e.sigmoid(g.input("X"))) },
});
