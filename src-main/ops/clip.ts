import { defineOp } from "./op.js";
import { only, sameAs } from "./rules.js";

/** min(max(input, min), max); bounds are scalars, each may be omitted. https://onnx.ai/onnx/operators/onnx__Clip.html */
export const clip = defineOp({
  type: "Clip",
  inputs: ["input", "min", "max"],
  required: 1,
  infer: only("number", (c) => {
    for (const bound of [c.optional("min"), c.optional("max")]) {
      if (bound && (bound.dtype !== c.input("input").dtype || bound.shape.length > 0)) return c.fail("min and max must be scalars of the input's element type");
    }
    return sameAs<"input">("input")(c);
  }),
  gradient: {
    // What is not cut passes, the bounds included, as torch.clamp.
    input: (g) => g.e.where(g.e.equal(g.input("input"), g.output()), g.dy(), g.e.scalarLike(0, g.dy())),
    min: (g) => {
      const lifted = g.e.op("And", [g.e.less(g.input("input"), g.input("min")), g.e.equal(g.output(), g.input("min"))]);
      return g.e.where(lifted, g.dy(), g.e.scalarLike(0, g.dy()));
    },
    max: (g) => {
      const min = g.optional("min");
      const lifted = min ? g.e.max(g.input("input"), min) : g.input("input");
      return g.e.where(g.e.greater(lifted, g.input("max")), g.dy(), g.e.scalarLike(0, g.dy()));
    },
  },
});
