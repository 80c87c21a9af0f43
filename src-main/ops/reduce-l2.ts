import { defineOp } from "./op.js";
import { only, reduction, restoreReduced } from "./rules.js";

/** Y = √Σ x² over axes given as an attribute. https://onnx.ai/onnx/operators/onnx__ReduceL2.html (version 13) */
export const reduceL2 = defineOp({
  type: "ReduceL2",
  inputs: ["data"],
  infer: only("number", (c) => reduction(c, c.input("data"), c.ints("axes"))),
  gradient: {
    // dX = x/Y ∘ dY; 0 where Y is 0, the subgradient torch.linalg.vector_norm takes
    data: (g) => {
      const { e } = g;
      const x = g.input("data");
      const y = restoreReduced(g, x, g.output(), g.ints("axes"));
      const divisor = e.where(e.equal(y, e.scalarLike(0, y)), e.scalarLike(1, y), y);
      return e.mul(x, e.div(restoreReduced(g, x, g.dy(), g.ints("axes")), divisor));
    },
  },
});
