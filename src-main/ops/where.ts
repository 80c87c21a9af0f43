import { defineOp } from "./op.js";
import { broadcastShapes } from "./rules.js";

/** X where the condition holds, Y elsewhere, broadcasting all three. https://onnx.ai/onnx/operators/onnx__Where.html */
export const where = defineOp({
  type: "Where",
  inputs: ["condition", "X", "Y"],
  infer: (c) => {
    const [condition, x, y] = [c.input("condition"), c.input("X"), c.input("Y")];
    if (condition.dtype !== "bool") return c.fail("the condition must be bool");
    if (x.dtype !== y.dtype) return c.fail("X and Y must share an element type");
    const values = broadcastShapes(x.shape, y.shape);
    const shape = values && broadcastShapes(condition.shape, values);
    return shape ? [{ dtype: x.dtype, shape }] : c.fail("shapes do not broadcast: each axis must be equal or 1");
  },
  gradient: {
    X: (g) => g.e.where(g.input("condition"), g.dy(), g.e.scalarLike(0, g.dy())),
    Y: (g) => g.e.where(g.input("condition"), g.e.scalarLike(0, g.dy()), g.dy()),
  },
});
