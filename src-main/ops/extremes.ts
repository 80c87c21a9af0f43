import type { Value } from "../onnx/types.js";
import type { GradientContext } from "./op.js";
import { restoreReduced } from "./rules.js";

/** The gradient of ReduceMax and ReduceMin: equal parts to all that attain the extreme, as torch.amax has it. */
export function shareOfExtreme(g: GradientContext<"data">): Value {
  const { e } = g;
  const x = g.input("data");
  const axes = g.ints("axes");
  const attains = e.cast(e.equal(x, restoreReduced(g, x, g.output(), axes)), x.dtype);
  const count = e.reduceSum(attains, axes?.length ? axes : undefined, true);
  return e.mul(attains, e.div(restoreReduced(g, x, g.dy(), axes), count));
}
