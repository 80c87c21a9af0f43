import { defineOp, type GradientContext } from "./op.js";
import { reduction, restoreReduced } from "./rules.js";

/** Sum over axes given as an operand (opset 13). https://onnx.ai/onnx/operators/onnx__ReduceSum.html */
export const reduceSum = defineOp({
  type: "ReduceSum",
  inputs: ["data", "axes"],
  required: 1,
  infer: (c) => reduction(c, c.input("data"), c.optional("axes") ? (c.constantNumbers("axes") ?? c.fail("axes must be constant")) : undefined),
  gradient: {
    data: (g) => g.e.expandLike(restoreReduced(g, g.input("data"), g.dy(), axesOf(g)), g.input("data")), // each summand's gradient is the sum's
  },
});

function axesOf(g: GradientContext<"data" | "axes">): readonly number[] | undefined {
  return g.optional("axes") && g.constantNumbers("axes");
}
