import { defineOp } from "./op.js";
import { normalizeAxis, only } from "./rules.js";

/** Y = X − ln Σ eˣ along an axis (opset 13). https://onnx.ai/onnx/operators/onnx__LogSoftmax.html */
export const logSoftmax = defineOp({
  type: "LogSoftmax",
  inputs: ["input"],
  infer: only("float", (c) => {
    const { dtype, shape } = c.input("input");
    normalizeAxis(c, c.int("axis", -1), shape.length);
    return [{ dtype, shape }];
  }),
  gradient: {
    // dx = dy − eʸ ∘ Σ dy
    input: (g) => g.e.sub(g.dy(), g.e.mul(g.e.exp(g.output()), g.e.reduceSum(g.dy(), [g.int("axis", -1)], true))),
  },
});
