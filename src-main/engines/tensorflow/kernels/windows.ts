import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../native.js";
import type { Compiling } from "./kernel.js";
import { type Pads, padded } from "./padded.js";

/** How a window, a filter's or a pool's, goes over the axes after N and C. */
export interface Window {
  readonly size: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly pads: readonly Pads[];
  /** Elements from the first of a window to its last. */
  readonly extent: readonly number[];
  /** Places of the window along each axis. */
  readonly counts: readonly number[];
}

/** Reads the attributes of Conv and of pools once; a run tells lengths. https://onnx.ai/onnx/operators/onnx__Conv.html */
export function windowReader(c: Compiling): (size: readonly number[], lengths: readonly number[]) => Window {
  const [strides, dilations, pads] = [c.ints("strides"), c.ints("dilations"), c.ints("pads")];
  const [auto, ceil] = [c.string("auto_pad", "NOTSET"), c.int("ceil_mode", 0) === 1];
  return (size, lengths) => {
    const axes = size.map((k, i) => {
      const [stride, dilation, length] = [strides?.[i] ?? 1, dilations?.[i] ?? 1, lengths[i] ?? 1];
      const extent = (k - 1) * dilation + 1;
      const [before, after] = auto.startsWith("SAME")
        ? samePads(length, stride, extent, auto)
        : auto === "VALID"
          ? [0, 0]
          : [pads?.[i] ?? 0, pads?.[i + size.length] ?? 0];
      const free = (length + before + after - extent) / stride;
      let count = (ceil ? Math.ceil(free) : Math.floor(free)) + 1;
      if (ceil && (count - 1) * stride >= length + before) count--; // a window that would start in what pads the end is omitted
      const rest = ceil ? Math.max(0, (count - 1) * stride + extent - (length + before + after)) : 0;
      return { stride, dilation, extent, count, pads: [before, after + rest] as const };
    });
    return {
      size,
      strides: axes.map((a) => a.stride),
      dilations: axes.map((a) => a.dilation),
      extent: axes.map((a) => a.extent),
      counts: axes.map((a) => a.count),
      pads: axes.map((a) => a.pads),
    };
  };
}

/** As many results as ⌈length / stride⌉; of an odd number of pads the larger part is put after, or before with SAME_LOWER. */
function samePads(length: number, stride: number, extent: number, mode: string): Pads {
  const total = Math.max((Math.ceil(length / stride) - 1) * stride + extent - length, 0);
  const less = Math.floor(total / 2);
  return mode === "SAME_LOWER" ? [total - less, less] : [less, total - less];
}

/**
 * x `[N, …, C]` so padded that a window goes over it as TensorFlow.js's "valid" or "same" has it. "same" saves a copy, where the pads are those that TensorFlow
 * would choose.
 * @param value what stands outside.
 */
export function framed(tf: Tf, x: Tensor, { pads, strides, extent }: Window, value: number): readonly [Tensor, "valid" | "same"] {
  if (pads.every(([before, after]) => before === 0 && after === 0)) return [x, "valid"];
  const theirs = pads.every(([before, after], i) => {
    const [low, high] = samePads(x.shape[i + 1] ?? 1, strides[i] ?? 1, extent[i] ?? 1, "SAME_UPPER");
    return before === low && after === high;
  });
  return theirs ? [x, "same"] : [padded(tf, x, [[0, 0], ...pads, [0, 0]], value), "valid"];
}

/** One spatial axis as two, the first of length 1: TensorFlow.js differentiates convolution and pools over two axes or three. */
export function asPlane(tf: Tf, x: Tensor): Tensor {
  const [n, length, channels] = x.shape as [number, number, number];
  return tf.reshape(x, [n, 1, length, channels]);
}

export function asLine(tf: Tf, x: Tensor): Tensor {
  const [n, , length, channels] = x.shape as [number, number, number, number];
  return tf.reshape(x, [n, length, channels]);
}

/** The same window over a line that became a plane. */
export function planeWindow(w: Window): Window {
  return {
    size: [1, ...w.size],
    strides: [1, ...w.strides],
    dilations: [1, ...w.dilations],
    pads: [[0, 0], ...w.pads],
    extent: [1, ...w.extent],
    counts: [1, ...w.counts],
  };
}

/** A filter `[…, in, out]` with its elements apart: TensorFlow.js does not differentiate dilated convolutions, so the gaps are filled with zeros. */
export function spread(tf: Tf, filter: Tensor, dilations: readonly number[]): Tensor {
  return dilations.reduce((f, d, axis) => {
    if (d === 1) return f;
    const dims = f.shape;
    const length = dims[axis] ?? 1;
    const apart = tf.reshape(f, [...dims.slice(0, axis), length, 1, ...dims.slice(axis + 1)]);
    const gaps = tf.pad(
      apart,
      apart.shape.map((_, i): [number, number] => (i === axis + 1 ? [0, d - 1] : [0, 0])),
    );
    const joined = tf.reshape(gaps, [...dims.slice(0, axis), length * d, ...dims.slice(axis + 1)]);
    return tf.slice(
      joined,
      joined.shape.map(() => 0),
      joined.shape.map((n, i) => (i === axis ? n - d + 1 : n)),
    );
  }, filter);
}
