import { defineOp, notDifferentiable } from "./op.js";
import { broadcast } from "./rules.js";

/** A = B, elementwise, broadcasting; numbers or truth values (opset 13). https://onnx.ai/onnx/operators/onnx__Equal.html */
export const equal = defineOp({
  type: "Equal",
  inputs: ["A", "B"],
  infer: (c) => {
    if (c.input("A").dtype === "string") return c.fail("expected numbers or bool; text compares from opset 19 on");
    return broadcast("bool")(c);
  },
  gradient: notDifferentiable("its result is true or false and does not vary smoothly"),
});
