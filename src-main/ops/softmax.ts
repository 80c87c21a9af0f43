import { defineOp } from "./op.js";
import { normalizeAxis, only } from "./rules.js";

/** Y = eˣ / Σ eˣ along an axis (opset 13). https://onnx.ai/onnx/operators/onnx__Softmax.html */
export const softmax = defineOp({
  type: "Softmax",
  inputs: ["input"],
  infer: only("float", (c) => {
    const { dtype, shape } = c.input("input");
    normalizeAxis(c, c.int("axis", -1), shape.length);
    return [{ dtype, shape }];
  }),
  gradient: {
    // dx = y ∘ (dy − Σ dy ∘ y)
    input: (g) => g.e.mul(g.output(), g.e.sub(g.dy(), g.e.reduceSum(g.e.mul(g.dy(), g.output()), [g.int("axis", -1)], true))),
  },
});
