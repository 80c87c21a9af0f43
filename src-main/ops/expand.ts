import { showShape } from "../onnx/types.js";
import { defineOp } from "./op.js";
import { broadcastShapes } from "./rules.js";
import { lengthsOf } from "./shapes.js";

/** Broadcast against a shape given as an operand. https://onnx.ai/onnx/operators/onnx__Expand.html */
export const expand = defineOp({
  type: "Expand",
  inputs: ["input", "shape"],
  infer: (c) => {
    const { dtype, shape } = c.input("input");
    const target = lengthsOf(c, "Expand", "shape");
    const result = broadcastShapes(shape, target) ?? c.fail(`does not broadcast to ${showShape(target)}: each axis must be equal or 1`);
    return [{ dtype, shape: result }];
  },
  gradient: { input: (g) => g.dy() }, // the walker sums over what was repeated
});
