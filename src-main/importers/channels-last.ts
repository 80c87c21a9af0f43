import type { Shape } from "../onnx/types.js";

/** Whether the last axis of pictures is that of channels, as TensorFlow has them: `[N, H, W, C]`. */
export function channelsLast(shape: Shape): boolean {
  const isChannels = (length: number | string | undefined) => length === 3 || length === 1;
  return shape.length === 4 && isChannels(shape[3]) && !isChannels(shape[1]);
}
