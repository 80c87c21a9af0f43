import { defineOp, notDifferentiable } from "./op.js";
import { broadcast, only } from "./rules.js";

/** A ∨ B, elementwise, broadcasting. https://onnx.ai/onnx/operators/onnx__Or.html */
export const or = defineOp({
  type: "Or",
  inputs: ["A", "B"],
  infer: only("bool", broadcast("bool")),
  gradient: notDifferentiable("its result is true or false and does not vary smoothly"),
});
