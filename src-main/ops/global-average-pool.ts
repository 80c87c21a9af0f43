import { defineOp } from "./op.js";
import { only } from "./rules.js";
import { spatialLengths } from "./windows.js";

/** The mean of each channel, `[N, C, 1, …]`. https://onnx.ai/onnx/operators/onnx__GlobalAveragePool.html */
export const globalAveragePool = defineOp({
  type: "GlobalAveragePool",
  inputs: ["X"],
  infer: only("float", (c) => {
    const { dtype, shape } = c.input("X");
    spatialLengths(c, shape);
    return [{ dtype, shape: shape.map((d, i) => (i < 2 ? d : 1)) }];
  }),
  gradient: {
    X: (g) => {
      const x = g.input("X");
      return g.e.expandLike(g.e.scale(g.dy(), 1 / x.shape.slice(2).reduce<number>((n, d) => n * Number(d), 1)), x);
    },
  },
});
