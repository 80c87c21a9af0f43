import { defineOp, notDifferentiable } from "./op.js";

/** The number of elements. https://onnx.ai/onnx/operators/onnx__Size.html */
export const size = defineOp({
  type: "Size",
  inputs: ["data"],
  infer: () => [{ dtype: "int64", shape: [] }],
  gradient: notDifferentiable("the number of elements does not vary with their values"),
});
