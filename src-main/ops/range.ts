import type { Dimension } from "../onnx/types.js";
import { defineOp, notDifferentiable } from "./op.js";
import { unknownLength } from "./shapes.js";

/** start, start + delta, … before limit. https://onnx.ai/onnx/operators/onnx__Range.html */
export const range = defineOp({
  type: "Range",
  inputs: ["start", "limit", "delta"],
  infer: (c) => {
    const { dtype } = c.input("start");
    for (const name of ["start", "limit", "delta"] as const) {
      if (c.input(name).shape.length !== 0 || c.input(name).dtype !== dtype) return c.fail("expected three scalars of one type");
    }
    const [start, limit, delta] = [c.constantNumbers("start")?.[0], c.constantNumbers("limit")?.[0], c.constantNumbers("delta")?.[0]];
    if (delta === 0) return c.fail("a delta of 0 goes nowhere");
    const counted = start === 0 && delta === 1 ? c.shapeBehind("limit")?.[0] : undefined; // 0, 1, … as long as an axis
    const known = start !== undefined && limit !== undefined && delta !== undefined ? Math.max(0, Math.ceil((limit - start) / delta)) : undefined;
    const length: Dimension = known ?? counted ?? unknownLength(c, "Range");
    return [{ dtype, shape: [length] }];
  },
  gradient: notDifferentiable("how many numbers it makes jumps with its operands"),
});
