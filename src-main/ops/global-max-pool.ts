import { defineOp } from "./op.js";
import { only } from "./rules.js";
import { unpool } from "./unpool.js";
import { globallyPooled } from "./windows.js";

/** The largest of each channel, `[N, C, 1, …]`. The gradient goes to the first of equals. https://onnx.ai/onnx/operators/onnx__GlobalMaxPool.html */
export const globalMaxPool = defineOp({
  type: "GlobalMaxPool",
  inputs: ["X"],
  infer: only("float", globallyPooled),
  gradient: {
    X: (g) => {
      const windows = g
        .input("X")
        .shape.slice(2)
        .map(Number)
        .map((length) => ({ length, kernel: length, stride: length, dilation: 1, before: 0, after: 0, count: 1 }));
      return unpool(g.e, { x: g.input("X"), dy: g.dy(), windows });
    },
  },
});
