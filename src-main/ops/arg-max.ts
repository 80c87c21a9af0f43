import { defineOp, notDifferentiable } from "./op.js";
import { only, reduction } from "./rules.js";

/** Where along an axis the largest element is; the first where there are several. https://onnx.ai/onnx/operators/onnx__ArgMax.html */
export const argMax = defineOp({
  type: "ArgMax",
  inputs: ["data"],
  infer: only("number", (c) => reduction(c, c.input("data"), [c.int("axis", 0)]).map(({ shape }) => ({ dtype: "int64", shape }))),
  gradient: notDifferentiable("a place is a whole number"),
});
