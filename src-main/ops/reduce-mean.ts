import { defineOp } from "./op.js";
import { divideByCount, only, reduction, restoreReduced } from "./rules.js";

/** Mean over axes given as an attribute. https://onnx.ai/onnx/operators/onnx__ReduceMean.html (version 13) */
export const reduceMean = defineOp({
  type: "ReduceMean",
  inputs: ["data"],
  infer: only("number", (c) => reduction(c, c.input("data"), c.ints("axes"))),
  gradient: {
    // dX = dY / n for each of the n it is the mean of
    data: (g) => {
      const x = g.input("data");
      const given = g.ints("axes");
      const axes = given?.length ? given.map((a) => (a < 0 ? a + x.shape.length : a)) : [...x.shape.keys()];
      return g.e.expandLike(divideByCount(g.e, restoreReduced(g, x, g.dy(), axes), x, axes), x);
    },
  },
});
