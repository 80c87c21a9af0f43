import { defineOp, notDifferentiable } from "./op.js";
import { only } from "./rules.js";

/** True where X is not a number. https://onnx.ai/onnx/operators/onnx__IsNaN.html */
export const isNan = defineOp({
  type: "IsNaN",
  inputs: ["X"],
  infer: only("float", (c) => [{ dtype: "bool", shape: c.input("X").shape }]),
  gradient: notDifferentiable("its result is true or false and does not vary smoothly"),
});
