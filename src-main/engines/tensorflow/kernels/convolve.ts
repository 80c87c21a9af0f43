import type { Tensor, Tensor3D, Tensor4D, Tensor5D } from "@tensorflow/tfjs-core";
import type { Tf } from "../native.js";
import { type Window, asLine, asPlane, framed, planeWindow, spread } from "./windows.js";

/**
 * x `[N, …, C]` convolved.
 * @param filter `[…, C / groups, out]`, the outputs of a group side by side.
 */
export function convolve(tf: Tf, x: Tensor, filter: Tensor, window: Window, groups: number): Tensor {
  if (window.size.length === 1) {
    const dims = filter.shape as [number, number, number];
    return asLine(tf, convolve(tf, asPlane(tf, x), tf.reshape(filter, [1, ...dims]), planeWindow(window), groups));
  }
  const apart = spread(tf, filter, window.dilations);
  const [framedX, pad] = framed(tf, x, window, 0);
  const strides = [...window.strides];
  const whole = (part: Tensor, f: Tensor): Tensor =>
    strides.length === 2
      ? tf.conv2d(part as Tensor4D, f as Tensor4D, strides as [number, number], pad)
      : tf.conv3d(part as Tensor5D, f as Tensor5D, strides as [number, number, number], pad);
  if (groups === 1) return whole(framedX, apart);
  const [height = 1, width = 1, inner = 1, outputs = 1] = apart.shape;
  if (inner === 1 && groups === x.shape.at(-1) && strides.length === 2 && strides[0] === strides[1]) {
    // Each channel by itself: TensorFlow has a kernel for that, whose filter is [height, width, C, out / C].
    return tf.depthwiseConv2d(
      framedX as Tensor4D,
      tf.reshape<Tensor4D["rankType"]>(apart, [height, width, groups, outputs / groups]),
      strides as [number, number],
      pad,
    );
  }
  const filters = tf.split(apart, groups, apart.shape.length - 1);
  return tf.concat(
    tf.split(framedX, groups, framedX.shape.length - 1).map((part, i) => whole(part, filters[i] as Tensor)),
    x.shape.length - 1,
  );
}

/**
 * The reverse of `convolve`: each element of x `[N, …, C]` laid down as a filter's worth of results, `stride` apart, overlaps added.
 * @param filter `[…, out, C]`. @returns `[N, (length − 1)·stride + extent, …, out]`
 */
export function laidDown(tf: Tf, x: Tensor, filter: Tensor, strides: readonly number[], dilations: readonly number[]): Tensor {
  if (strides.length === 1) {
    return asLine(tf, laidDown(tf, asPlane(tf, x), tf.reshape(filter, [1, ...(filter as Tensor3D).shape]), [1, ...strides], [1, ...dilations]));
  }
  const apart = spread(tf, filter, dilations);
  const lengths = strides.map((stride, i) => ((x.shape[i + 1] ?? 1) - 1) * stride + (apart.shape[i] ?? 1));
  const out = apart.shape.at(-2) ?? 1;
  if (strides.length === 2) {
    return tf.conv2dTranspose(x as Tensor4D, apart as Tensor4D, [x.shape[0], lengths[0] ?? 1, lengths[1] ?? 1, out], [...strides] as [number, number], "valid");
  }
  // TensorFlow.js does not differentiate conv3dTranspose: x with gaps, convolved with the filter turned round.
  const gaps = spread(tf, tf.transpose(x, [1, 2, 3, 0, 4]), strides);
  const wide = tf.pad(tf.transpose(gaps, [3, 0, 1, 2, 4]), [[0, 0], ...apart.shape.slice(0, 3).map((k): [number, number] => [k - 1, k - 1]), [0, 0]]);
  return tf.conv3d(wide as Tensor5D, tf.transpose(tf.reverse(apart, [0, 1, 2]), [0, 1, 2, 4, 3]) as Tensor5D, 1, "valid");
}
