import { defineOp } from "./op.js";
import { only } from "./rules.js";
import { globallyPooled } from "./windows.js";

/** The mean of each channel, `[N, C, 1, …]`. https://onnx.ai/onnx/operators/onnx__GlobalAveragePool.html */
export const globalAveragePool = defineOp({
  type: "GlobalAveragePool",
  inputs: ["X"],
  infer: only("float", globallyPooled),
  gradient: {
    X: (g) => {
      const x = g.input("X");
      return g.e.expandLike(g.e.scale(g.dy(), 1 / x.shape.slice(2).reduce<number>((n, d) => n * Number(d), 1)), x);
    },
  },
});
