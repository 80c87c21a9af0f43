import type { Emitter } from "../onnx/emitter.js";
import type { Value } from "../onnx/types.js";

export interface ClippedGradient {
  readonly gradient: Value;
  /** L2 norm of the gradient before clipping, a scalar. */
  readonly norm: Value;
}

/** The L2 norm of all of a gradient, a scalar. */
export function globalNorm(e: Emitter, gradient: Value): Value {
  return e.sqrt(e.reduceSum(e.square(gradient)));
}

/**
 * Scales a gradient so that its L2 norm is at most `maxNorm`, as torch.nn.utils.clip_grad_norm_: g · min(1, maxNorm / (|g| + 1e-6)).
 * @param gradient any shape; the flat vector of all gradients gives the global norm. @param norm where the gradient is a part only, that of all
 */
export function clipByGlobalNorm(e: Emitter, gradient: Value, maxNorm: number, norm = globalNorm(e, gradient)): ClippedGradient {
  const ratio = e.div(e.scalarLike(maxNorm, gradient), e.shift(norm, 1e-6));
  return { gradient: e.mul(gradient, e.min(ratio, e.scalarLike(1, gradient))), norm };
}

/** Limits every element to [-limit, limit], as torch.nn.utils.clip_grad_value_. */
export function clipByValue(e: Emitter, gradient: Value, limit: number): Value {
  return e.clip(gradient, -limit, limit);
}
