import { defineOp } from "./op.js";
import { only, sameAs } from "./rules.js";

/** Natural logarithm. https://onnx.ai/onnx/operators/onnx__Log.html */
export const log = defineOp({
  type: "Log",
  inputs: ["input"],
  infer: only("float", sameAs("input")),
  gradient: { input: (g) => g.e.div(g.dy(), g.input("input")) },
});
