import { defineOp, notDifferentiable } from "./op.js";

/** The lengths of the operand's axes, or of those from `start` to before `end`. https://onnx.ai/onnx/operators/onnx__Shape.html (version 15) */
export const shape = defineOp({
  type: "Shape",
  inputs: ["data"],
  infer: (c) => [{ dtype: "int64", shape: [c.input("data").shape.slice(c.int("start", 0), c.int("end", Number.MAX_SAFE_INTEGER)).length] }],
  gradient: notDifferentiable("lengths do not vary with values"),
});
