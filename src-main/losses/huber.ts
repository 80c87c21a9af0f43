import type { Emitter } from "../onnx/emitter.js";
import type { Value } from "../onnx/types.js";

/**
 * d²/2 where |d| < δ, else δ·(|d| - δ/2) (Huber 1964). With c = d clipped to ±δ both are c·(d - c/2), and its slope is c.
 * @param delta above 0.
 */
export function huber(e: Emitter, d: Value, delta: number): Value {
  const c = e.clip(d, -delta, delta);
  return e.mul(c, e.sub(d, e.scale(c, 0.5)));
}
