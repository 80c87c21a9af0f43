import type { Tensor, Tensor4D, Tensor5D } from "@tensorflow/tfjs-core";
import type { Tf } from "../native.js";
import { counting } from "./host.js";
import { defineKernel } from "./kernel.js";
import { operand } from "./operands.js";
import { padded } from "./padded.js";
import { type Window, asLine, asPlane, framed, planeWindow, windowReader } from "./windows.js";

/** The largest of each window. https://onnx.ai/onnx/operators/onnx__MaxPool.html */
export const maxPool = defineKernel({
  type: "MaxPool",
  compile: (c) => {
    const { tf } = c;
    const size = c.ints("kernel_shape") ?? c.unsupported("no kernel_shape");
    const windowOf = windowReader(c);
    if (c.hasOutput(1)) c.unsupported("the result Indices");
    if (size.length > 3) c.unsupported(`${size.length} spatial axes`);
    return (operands) => {
      const x = operand(operands, 0);
      const t = x.channelsLast();
      const y = largest(tf, tf.cast(t, "float32"), windowOf(size, x.dims.slice(2)));
      return c.holdLast(tf.cast(y, t.dtype), x.dtype);
    };
  },
});

function largest(tf: Tf, x: Tensor, window: Window): Tensor {
  if (window.size.length === 1) return asLine(tf, largest(tf, asPlane(tf, x), planeWindow(window)));
  if (window.dilations.some((d) => d !== 1)) return largestApart(tf, x, window);
  const [framedX, pad] = framed(tf, x, window, -Infinity);
  const [size, strides] = [[...window.size], [...window.strides]];
  return size.length === 2
    ? tf.maxPool(framedX as Tensor4D, size as [number, number], strides as [number, number], pad)
    : tf.maxPool3d(framedX as Tensor5D, size as [number, number, number], strides as [number, number, number], pad);
}

/** TensorFlow has no dilated pools: one picture for each element of the window, and the largest of those. The first of equals gets the gradient. */
function largestApart(tf: Tf, x: Tensor, { size, strides, dilations, pads, counts }: Window): Tensor {
  const wide = padded(tf, x, [[0, 0], ...pads, [0, 0]], -Infinity);
  const pictures = size.reduce<readonly Tensor[]>((sofar, k, i) => sofar.flatMap((t) => counting(k).map((at) =>
    tf.gather(t, tf.tensor1d(counting(counts[i] ?? 1, at * (dilations[i] ?? 1), strides[i] ?? 1), "int32"), i + 1))), [wide]);
  return pictures.reduce((a, b) => tf.maximum(a, b));
}
