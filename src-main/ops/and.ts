import { defineOp, notDifferentiable } from "./op.js";
import { broadcast, only } from "./rules.js";

/** A ∧ B, elementwise, broadcasting. https://onnx.ai/onnx/operators/onnx__And.html */
export const and = defineOp({
  type: "And",
  inputs: ["A", "B"],
  infer: only("bool", broadcast("bool")),
  gradient: notDifferentiable("its result is true or false and does not vary smoothly"),
});
