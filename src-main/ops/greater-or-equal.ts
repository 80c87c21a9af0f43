import { defineOp, notDifferentiable } from "./op.js";
import { broadcast, only } from "./rules.js";

/** A ≥ B, elementwise, broadcasting. https://onnx.ai/onnx/operators/onnx__GreaterOrEqual.html */
export const greaterOrEqual = defineOp({
  type: "GreaterOrEqual",
  inputs: ["A", "B"],
  infer: only("number", broadcast("bool")),
  gradient: notDifferentiable("its result is true or false and does not vary smoothly"),
});
