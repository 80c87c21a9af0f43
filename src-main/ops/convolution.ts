import { productOf, quotientOf } from "../onnx/dimensions.js";
import type { Emitter } from "../onnx/emitter.js";
import { type Dimension, type Shape, type Value, int, ints } from "../onnx/types.js";
import { END, reshapeTo } from "./shapes.js";
import { type WindowAxis, reachOf, spatialAxes, windowAttributes } from "./windows.js";

/** What Conv, ConvTranspose and their gradients are made of: they are each other's. */

/** Y = Conv(X, W) with these windows: X `[N, C, …]`, W `[M, C / group, …kernel]`. */
export function convolve(e: Emitter, x: Value, w: Value, windows: readonly WindowAxis[], group: number): Value {
  return e.op("Conv", [x, w], { ...windowAttributes(windows), ...(group === 1 ? {} : { group: int(group) }) });
}

/**
 * What Conv(X, W) with these windows gives back to X of Y's gradient: dX = ConvTranspose(dY, W). Where the stride is 1 that is a convolution with the kernel
 * turned round, which ONNX Runtime does in less time.
 */
export function convolveBack(e: Emitter, dy: Value, w: Value, windows: readonly WindowAxis[], group: number): Value {
  const padded = windows.map(({ before, after, ...rest }) => ({ ...rest, before: reachOf(rest) - 1 - before, after: reachOf(rest) - 1 - after }));
  if (windows.every((win) => win.stride === 1) && padded.every((win) => win.before >= 0 && win.after >= 0)) {
    return convolve(e, dy, turned(e, w, group), padded, group);
  }
  const extra = windows.map((win) => win.length - (win.stride * (win.count - 1) + reachOf(win) - win.before - win.after));
  return e.op("ConvTranspose", [dy, w], {
    ...windowAttributes(windows), ...(extra.some((n) => n > 0) ? { output_padding: ints(extra) } : {}), ...(group === 1 ? {} : { group: int(group) }),
  });
}

/** `[M, C / group, …k]` as `[C, M / group, …k]`, each kernel from its last tap to its first. */
function turned(e: Emitter, w: Value, group: number): Value {
  const [m = 1, perGroup = 1, ...kernel] = w.shape;
  const axes = spatialAxes(w.shape.length).filter((axis) => w.shape[axis] !== 1);
  const flipped = axes.length === 0 ? w : e.slice(w, axes.map(() => -1), axes.map(() => -END), axes, axes.map(() => -1));
  const rest = spatialAxes(w.shape.length);
  if (group === 1) return e.transpose(flipped, [1, 0, ...rest]);
  const filters = quotientOf(m, group) ?? 1;
  const apart = reshapeTo(e, flipped, [group, filters, perGroup, ...kernel], [w]);
  return reshapeTo(e, e.transpose(apart, [0, 2, 1, ...rest.map((axis) => axis + 1)]), [productOf([group, perGroup]), filters, ...kernel], [w]);
}

/**
 * dW[m, c, k] = Σ over n and o of dY[n, m, o] · X[n, c, o·stride − before + k·dilation].
 * In two forms: as columns, X at every tap side by side, and a product of matrices; or as a convolution with the axes' parts exchanged, whose kernel is dY.
 */
export function weightGradient(e: Emitter, x: Value, dy: Value, windows: readonly WindowAxis[], group: number): Value {
  // What no window reaches is cut off, what windows reach beyond the end is added.
  const fitted = windows.map((w) => ({ ...w, after: w.stride * (w.count - 1) + reachOf(w) - w.length - w.before }));
  return group === 1 ? byColumns(e, x, dy, fitted) : byConvolution(e, x, dy, fitted, group);
}

function byColumns(e: Emitter, x: Value, dy: Value, windows: readonly WindowAxis[]): Value {
  const [batch = 1, channels = 1] = x.shape;
  const [, filters = 1] = dy.shape;
  const taps = tapsOf(windows);
  const padded = paddedBy(e, x, windows);
  const spatial = spatialAxes(x.shape.length);
  const places = windows.reduce((n, w) => n * w.count, 1);
  const views = taps.map((tap) => viewOf(e, padded, tap, windows, spatial));
  const columns = flattened(e, views.length === 1 && views[0] ? views[0] : e.concat(views, 1), [batch, productOf([taps.length, channels]), places], x);
  const product = e.matMul(flattened(e, dy, [batch, filters, places], x), e.transpose(columns, [0, 2, 1]));
  const summed = reshapeTo(e, e.reduceSum(product, [0]), [filters, ...windows.map((w) => w.kernel), channels], [x, dy]);
  const last = windows.length + 1;
  return taps.length === 1 ? reshapeTo(e, summed, [filters, channels, ...windows.map(() => 1)], [x, dy]) : e.transpose(summed, [0, last, ...windows.map((_, i) => i + 1)]);
}

/** X as tap `tap` of each window meets it: `[N, C, …count]`. */
function viewOf(e: Emitter, padded: Value, tap: readonly number[], windows: readonly WindowAxis[], axes: readonly number[]): Value {
  const starts = windows.map((w, i) => (tap[i] ?? 0) * w.dilation);
  const ends = windows.map((w, i) => (starts[i] ?? 0) + w.stride * (w.count - 1) + 1);
  if (windows.every((w, i) => starts[i] === 0 && ends[i] === padded.shape[axes[i] ?? 0] && w.stride === 1)) return padded;
  return e.slice(padded, starts, ends, axes, windows.some((w) => w.stride !== 1) ? windows.map((w) => w.stride) : undefined);
}

function byConvolution(e: Emitter, x: Value, dy: Value, windows: readonly WindowAxis[], group: number): Value {
  const [batch = 1, channels = 1, ...lengths] = x.shape;
  const [, filters = 1, ...counts] = dy.shape;
  const spatial = spatialAxes(x.shape.length);
  const exchange = (v: Value, width: Dimension, rest: Shape) => {
    if (group === 1) return e.transpose(v, [1, 0, ...spatial]);
    const perGroup = quotientOf(width, group) ?? 1;
    return { apart: reshapeTo(e, v, [batch, group, perGroup, ...rest], [x, dy]), perGroup };
  };
  const cropped = cropTo(e, x, windows);
  const croppedLengths = lengths.map((_, i) => cropped.shape[i + 2] ?? 1);
  const [left, right] = [exchange(cropped, channels, croppedLengths), exchange(dy, filters, counts)];
  const shifted = spatial.map((axis) => axis + 1);
  // [C / g, g·N, …] and [M, N, …]: group by group, samples are channels now.
  const operand = "apart" in left ? reshapeTo(e, e.transpose(left.apart, [2, 1, 0, ...shifted]), [left.perGroup, productOf([group, batch]), ...croppedLengths], [x, dy]) : left;
  const kernel = "apart" in right ? reshapeTo(e, e.transpose(right.apart, [1, 2, 0, ...shifted]), [filters, batch, ...counts], [x, dy]) : right;
  const exchanged = windows.map((w) => ({ ...w, kernel: w.count, stride: w.dilation, dilation: w.stride, after: Math.max(0, w.after), count: w.kernel }));
  return e.transpose(convolve(e, operand, kernel, exchanged, group), [1, 0, ...spatial]);
}

/** X with what windows reach beyond its ends added as zeros, and without what none reaches. */
function paddedBy(e: Emitter, x: Value, windows: readonly WindowAxis[]): Value {
  if (windows.every((w) => w.before === 0 && w.after === 0)) return x;
  return e.op("Pad", [x, e.indices([0, 0, ...windows.map((w) => w.before), 0, 0, ...windows.map((w) => w.after)])]);
}

function cropTo(e: Emitter, x: Value, windows: readonly WindowAxis[]): Value {
  if (windows.every((w) => w.after >= 0)) return x;
  return e.op("Pad", [x, e.indices([0, 0, ...windows.map(() => 0), 0, 0, ...windows.map((w) => Math.min(0, w.after))])]);
}

function flattened(e: Emitter, x: Value, shape: Shape, source: Value): Value {
  return reshapeTo(e, x, shape, [source]);
}

/** Every place in the kernel, row by row. */
function tapsOf(windows: readonly WindowAxis[]): readonly (readonly number[])[] {
  return windows.reduce<readonly (readonly number[])[]>((taps, w) => taps.flatMap((tap) => Array.from({ length: w.kernel }, (_, k) => [...tap, k])), [[]]);
}
