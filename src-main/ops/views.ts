import type { Emitter } from "../onnx/emitter.js";
import type { Value } from "../onnx/types.js";
import { reshapeTo } from "./shapes.js";
import { type WindowAxis, reachOf, spatialAxes } from "./windows.js";

/** X as one tap of each window meets it, `[N, C, …count]`: what the products of a convolution are made of. */

/** Every place in the kernel, row by row. */
export function tapsOf(windows: readonly WindowAxis[]): readonly (readonly number[])[] {
  return windows.reduce<readonly (readonly number[])[]>((taps, w) => taps.flatMap((tap) => Array.from({ length: w.kernel }, (_, k) => [...tap, k])), [[]]);
}

/**
 * @returns the view of a tap. With a stride, a piece of what is split apart: ONNX Runtime's Split takes single numbers as fast as it copies, its Slice four
 * times as long.
 */
export function viewsOf(e: Emitter, x: Value, windows: readonly WindowAxis[]): (tap: readonly number[]) => Value {
  return windows.every((w) => w.stride === 1) ? slicedViews(e, x, windows) : splitViews(e, x, windows);
}

/** X with what windows reach beyond its ends added as zeros, and without what none reaches. */
function paddedBy(e: Emitter, x: Value, windows: readonly Pick<WindowAxis, "before" | "after">[]): Value {
  if (windows.every((w) => w.before === 0 && w.after === 0)) return x;
  return e.op("Pad", [x, e.indices([0, 0, ...windows.map((w) => w.before), 0, 0, ...windows.map((w) => w.after)])]);
}

/** Slices of X, whatever the stride. */
export function slicedViews(e: Emitter, x: Value, windows: readonly WindowAxis[]): (tap: readonly number[]) => Value {
  const padded = paddedBy(e, x, windows);
  const axes = spatialAxes(x.shape.length);
  const strides = windows.some((w) => w.stride !== 1) ? windows.map((w) => w.stride) : undefined;
  return (tap) => {
    const starts = windows.map((w, i) => (tap[i] ?? 0) * w.dilation);
    const ends = windows.map((w, i) => (starts[i] ?? 0) + w.stride * (w.count - 1) + 1);
    if (windows.every((w, i) => starts[i] === 0 && ends[i] === padded.shape[axes[i] ?? 0] && w.stride === 1)) return padded;
    return e.slice(padded, starts, ends, axes, strides);
  };
}

/** Slices of X's pieces, split by what is left when a place is divided by the stride. */
function splitViews(e: Emitter, x: Value, windows: readonly WindowAxis[]): (tap: readonly number[]) => Value {
  // As much is added whatever the windows begin with, so that convolutions of one X at several places are made of the same pieces.
  const added = windows.map(({ length, stride, before, after, ...rest }) => {
    const reach = reachOf(rest) - 1;
    const start = upTo(stride, Math.max(reach, before));
    return { before: start, after: upTo(stride, start + length + Math.max(reach, after)) - start - length };
  });
  const lengths = windows.map((w, i) => ((added[i]?.before ?? 0) + w.length + (added[i]?.after ?? 0)) / w.stride);
  const pieces = piecesOf(
    e,
    paddedBy(e, x, added),
    windows.map((w) => w.stride),
    lengths,
  );
  const whole = pieces.map((piece) => reshapeTo(e, piece, [...x.shape.slice(0, 2), ...lengths], [x]));
  return (tap) => {
    const places = windows.map((w, i) => (added[i]?.before ?? 0) - w.before + (tap[i] ?? 0) * w.dilation);
    const piece = whole[windows.reduce((index, w, i) => index * w.stride + ((places[i] ?? 0) % w.stride), 0)] ?? x;
    const starts = windows.map((w, i) => Math.floor((places[i] ?? 0) / w.stride));
    return e.slice(
      piece,
      starts,
      windows.map((w, i) => (starts[i] ?? 0) + w.count),
      spatialAxes(x.shape.length),
    );
  };
}

/** Every stride-th number along each axis from each start, starts in the order of places: of lengths that the strides divide. */
function piecesOf(e: Emitter, x: Value, strides: readonly number[], lengths: readonly number[]): readonly Value[] {
  let pieces: readonly Value[] = [x];
  for (let axis = strides.length - 1, rest = 1; axis >= 0; rest *= lengths[axis] ?? 1, axis--) {
    const stride = strides[axis] ?? 1;
    const apart = pieces.map((piece) => (stride === 1 ? [piece] : e.split(e.reshape(piece, [-1, stride * rest]), new Array<number>(stride).fill(rest), 1)));
    pieces = Array.from({ length: stride }, (_, i) => apart.flatMap((parts) => parts[i] ?? [])).flat();
  }
  return pieces;
}

/** The next multiple. */
function upTo(multiple: number, n: number): number {
  return Math.ceil(n / multiple) * multiple;
}
