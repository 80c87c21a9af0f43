import type { Emitter } from "../onnx/emitter.js";
import type { Value } from "../onnx/types.js";

export interface ClippedGradient {
  readonly gradient: Value;
  /** L2 norm of the gradient before clipping, a scalar. */
  readonly norm: Value;
}

/**
 * Scales a gradient so that its L2 norm is at most `maxNorm`, as torch.nn.utils.clip_grad_norm_: g · min(1, maxNorm / (|g| + 1e-6)).
 * @param gradient any shape; the flat vector of all gradients gives the global norm.
 */
export function clipByGlobalNorm(e: Emitter, gradient: Value, maxNorm: number): ClippedGradient {
  const norm = e.sqrt(e.reduceSum(e.square(gradient)));
  const ratio = e.div(e.scalarLike(maxNorm, gradient), e.shift(norm, 1e-6));
  return { gradient: e.mul(gradient, e.min(ratio, e.scalarLike(1, gradient))), norm };
}

/** Limits every element to [-limit, limit], as torch.nn.utils.clip_grad_value_. */
export function clipByValue(e: Emitter, gradient: Value, limit: number): Value {
  return e.clip(gradient, -limit, limit);
}
