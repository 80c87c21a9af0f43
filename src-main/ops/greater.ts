import { defineOp, notDifferentiable } from "./op.js";
import { broadcast, only } from "./rules.js";

/** A > B, elementwise, broadcasting. https://onnx.ai/onnx/operators/onnx__Greater.html */
export const greater = defineOp({
  type: "Greater",
  inputs: ["A", "B"],
  infer: only("number", broadcast("bool")),
  gradient: notDifferentiable("its result is true or false and does not vary smoothly"),
});
