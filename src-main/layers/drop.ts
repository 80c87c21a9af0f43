import type { Shape, Value } from "../onnx/types.js";
import type { LayerContext } from "./layer.js";

/**
 * Training: zero with probability p, else x / (1 - p), so that the mean stays; evaluation: x. Srivastava et al. 2014,
 * https://jmlr.org/papers/v15/srivastava14a.html
 * @param shape what is drawn for; axes of length 1 are dropped as a whole.
 */
export function drop(ctx: LayerContext<unknown>, x: Value, p: number, shape: Shape = x.shape): Value {
  const { e, mode } = ctx;
  if (mode === "eval" || p === 0) return x;
  if (p === 1) return e.scale(x, 0);
  // One mask for the values and, by the product rule, for the gradient.
  const u = ctx.uniform(shape);
  return e.mul(x, e.where(e.less(u, e.scalarLike(p, u)), e.scalarLike(0, x), e.scalarLike(1 / (1 - p), x)));
}
