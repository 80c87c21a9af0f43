import { int } from "../onnx/types.js";
import { defineOp } from "./op.js";
import { normalizeAxis, only } from "./rules.js";
import { constantOperand } from "./shapes.js";

/** Running sums along an axis. https://onnx.ai/onnx/operators/onnx__CumSum.html */
export const cumSum = defineOp({
  type: "CumSum",
  inputs: ["x", "axis"],
  infer: only("number", (c) => {
    const { dtype, shape } = c.input("x");
    normalizeAxis(c, constantOperand(c, "axis")[0] ?? 0, shape.length);
    return [{ dtype, shape }];
  }),
  // An element is in all sums from its own on: those are summed from the other end.
  gradient: { x: (g) => g.e.op("CumSum", [g.dy(), g.input("axis")], { exclusive: int(g.int("exclusive", 0)), reverse: int(1 - g.int("reverse", 0)) }) },
});
