import type { Emitter } from "../onnx/emitter.js";
import type { Value } from "../onnx/types.js";

/** The gradient of loss + λ/2·|p|², which is what PyTorch means by `weight_decay` everywhere but in AdamW: g + λp. No node where λ is 0. */
export function withWeightDecay(e: Emitter, gradient: Value, parameters: Value, lambda: number): Value {
  return lambda === 0 ? gradient : e.add(gradient, e.scale(parameters, lambda));
}
