import type { Tensor, Tensor4D, Tensor5D } from "@tensorflow/tfjs-core";
import type { Tf } from "../native.js";
import { counting } from "./host.js";
import { padded } from "./padded.js";
import { type Window, asLine, asPlane, framed, planeWindow } from "./windows.js";

/** The largest of each window of x `[N, …, C]`; the first of equals, row by row, gets the gradient, as in PyTorch. */
export function largest(tf: Tf, x: Tensor, window: Window): Tensor {
  if (window.size.length === 1) return asLine(tf, largest(tf, asPlane(tf, x), planeWindow(window)));
  if (window.dilations.some((d) => d !== 1)) return largestApart(tf, x, window);
  const [framedX, pad] = framed(tf, x, window, -Infinity);
  const [size, strides] = [[...window.size], [...window.strides]];
  return size.length === 2
    ? tf.maxPool(framedX as Tensor4D, size as [number, number], strides as [number, number], pad)
    : tf.maxPool3d(framedX as Tensor5D, size as [number, number, number], strides as [number, number, number], pad);
}

/** TensorFlow has no dilated pools: the largest of one picture for each element of the window. */
function largestApart(tf: Tf, x: Tensor, window: Window): Tensor {
  return pictures(tf, padded(tf, x, [[0, 0], ...window.pads, [0, 0]], -Infinity), window).reduce((a, b) => tf.maximum(a, b));
}

/** One picture for each element of the window, row by row: what that element sees from each place of the window. */
export function pictures(tf: Tf, wide: Tensor, { size, strides, dilations, counts }: Window): readonly Tensor[] {
  return size.reduce<readonly Tensor[]>(
    (sofar, k, i) =>
      sofar.flatMap((t) =>
        counting(k).map((at) => tf.gather(t, tf.tensor1d(counting(counts[i] ?? 1, at * (dilations[i] ?? 1), strides[i] ?? 1), "int32"), i + 1)),
      ),
    [wide],
  );
}
