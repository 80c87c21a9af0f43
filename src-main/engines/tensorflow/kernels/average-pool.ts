import type { Tensor, Tensor4D, Tensor5D } from "@tensorflow/tfjs-core";
import type { Tf } from "../native.js";
import { counting } from "./host.js";
import { defineKernel } from "./kernel.js";
import { operand } from "./operands.js";
import { padded } from "./padded.js";
import { type Window, asLine, asPlane, planeWindow, windowReader } from "./windows.js";

/** The mean of each window, over what of it lies inside, or over the pads as well. https://onnx.ai/onnx/operators/onnx__AveragePool.html */
export const averagePool = defineKernel({
  type: "AveragePool",
  compile: (c) => {
    const { tf } = c;
    const size = c.ints("kernel_shape") ?? c.unsupported("no kernel_shape");
    const [windowOf, withPads] = [windowReader(c), c.int("count_include_pad", 0) === 1];
    if (c.ints("dilations")?.some((d) => d !== 1)) c.unsupported("dilations");
    if (size.length > 3) c.unsupported(`${size.length} spatial axes`);
    const before = c.ints("pads");
    return (operands) => {
      const x = operand(operands, 0);
      const lengths = x.dims.slice(2);
      const window = windowOf(size, lengths);
      // With ceil_mode a window may reach beyond the pads that were asked for: what lies there never counts.
      const end = lengths.map((length, i) => length + (withPads ? (before?.[i + size.length] ?? window.pads[i]?.[1] ?? 0) : 0));
      return c.holdLast(tf.mul(meanOf(tf, x.channelsLast(), window), shares(tf, window, end, withPads)));
    };
  },
});

/** With zeros for pads, divided by all of the window. */
function meanOf(tf: Tf, x: Tensor, window: Window): Tensor {
  if (window.size.length === 1) return asLine(tf, meanOf(tf, asPlane(tf, x), planeWindow(window)));
  const wide = padded(tf, x, [[0, 0], ...window.pads, [0, 0]]);
  const [size, strides] = [[...window.size], [...window.strides]];
  return size.length === 2
    ? tf.avgPool(wide as Tensor4D, size as [number, number], strides as [number, number], "valid")
    : tf.avgPool3d(wide as Tensor5D, size as [number, number, number], strides as [number, number, number], "valid");
}

/** By how much that is too little where part of the window does not count: a picture `[1, …, 1]`, the product of one factor for each axis. */
function shares(tf: Tf, { size, strides, pads, counts }: Window, end: readonly number[], withPads: boolean): Tensor {
  return size.reduce<Tensor>((product, k, i) => {
    const [stride, [low]] = [strides[i] ?? 1, pads[i] ?? [0, 0]];
    const factors = counting(counts[i] ?? 1).map((at) => {
      const start = at * stride - low;
      return k / (Math.min(start + k, end[i] ?? 0) - (withPads ? start : Math.max(start, 0)));
    });
    return tf.mul(product, tf.tensor(factors, [1, ...counts.map((n, axis) => (axis === i ? n : 1)), 1]));
  }, tf.scalar(1));
}
