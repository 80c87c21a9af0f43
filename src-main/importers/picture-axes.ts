import type { Shape } from "../onnx/types.js";

/** Whether the last axis of pictures is that of channels, `[N, H, W, C]`, as TensorFlow has them; else it is the second. */
export function channelsLast(shape: Shape): boolean {
  return shape.length === 4 && (shape[3] === 3 || shape[3] === 1) && shape[1] !== 3 && shape[1] !== 1;
}
