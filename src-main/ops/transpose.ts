import { defined } from "../base/assert.js";
import { defineOp } from "./op.js";
import { normalizeAxes } from "./shapes.js";

/** Axis i of the result is axis perm[i] of the operand; reversed by default. https://onnx.ai/onnx/operators/onnx__Transpose.html */
export const transpose = defineOp({
  type: "Transpose",
  inputs: ["data"],
  infer: (c) => {
    const { dtype, shape } = c.input("data");
    const perm = c.ints("perm") ?? shape.map((_, i) => shape.length - 1 - i);
    if (perm.length !== shape.length || perm.some((p) => p < 0) || normalizeAxes(c, perm, shape.length).size !== shape.length) {
      return c.fail(`perm [${perm.join(", ")}] must name each axis once`);
    }
    return [{ dtype, shape: perm.map((p) => defined(shape[p], `axis ${p}`)) }];
  },
  gradient: {
    data: (g) => {
      const rank = g.input("data").shape.length;
      const perm = g.ints("perm") ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
      return g.e.transpose(
        g.dy(),
        Array.from({ length: rank }, (_, i) => perm.indexOf(i)),
      ); // by the inverse permutation
    },
  },
});
