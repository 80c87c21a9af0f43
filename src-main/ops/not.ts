import { defineOp, notDifferentiable } from "./op.js";
import { only, sameAs } from "./rules.js";

/** ¬X, elementwise. https://onnx.ai/onnx/operators/onnx__Not.html */
export const not = defineOp({
  type: "Not",
  inputs: ["X"],
  infer: only("bool", sameAs("X")),
  gradient: notDifferentiable("its result is true or false and does not vary smoothly"),
});
