import { productOf, quotientOf } from "../onnx/dimensions.js";
import type { Emitter } from "../onnx/emitter.js";
import { type Value, int, ints } from "../onnx/types.js";
import { END, reshapeTo } from "./shapes.js";
import { slicedViews, tapsOf, viewsOf } from "./views.js";
import { type WindowAxis, reachOf, spatialAxes, windowAttributes } from "./windows.js";

/** What Conv, ConvTranspose and their gradients are made of: they are each other's. */

/** Y = Conv(X, W) with these windows: X `[N, C, …]`, W `[M, C / group, …kernel]`. */
export function convolve(e: Emitter, x: Value, w: Value, windows: readonly WindowAxis[], group: number): Value {
  return e.op("Conv", [x, w], { ...windowAttributes(windows), ...(group === 1 ? {} : { group: int(group) }) });
}

/** How many times more filters than channels make ConvTranspose quicker than the convolution that gives the same. */
const MANY_MORE = 4;

/**
 * What Conv(X, W) with these windows gives back to X of Y's gradient: dX = ConvTranspose(dY, W). Where the stride is 1 that is a convolution with the kernel
 * turned round. ONNX Runtime lays out every tap of dY for the one, and of dX for the other, which pays where dX has far fewer channels. (ConvTranspose and
 * Conv, a batch of 32, with one thread and with two: 128 to 128 channels of 12 × 12 21 and 13 ms, 14 and 9 ms; 64 to 32 of 32 × 32 20 and 18 ms, 17 and 14 ms;
 * 64 to 16 12 and 14 ms, 9 and 9 ms.)
 */
export function convolveBack(e: Emitter, dy: Value, w: Value, windows: readonly WindowAxis[], group: number): Value {
  const padded = windows.map(({ before, after, ...rest }) => ({ ...rest, before: reachOf(rest) - 1 - before, after: reachOf(rest) - 1 - after }));
  const [filters, perGroup] = w.shape;
  const fewer = typeof filters === "number" && typeof perGroup === "number" && perGroup * group * MANY_MORE <= filters;
  if (!fewer && windows.every((win) => win.stride === 1) && padded.every((win) => win.before >= 0 && win.after >= 0)) {
    return convolve(e, dy, turned(e, w, group), padded, group);
  }
  const extra = windows.map((win) => win.length - (win.stride * (win.count - 1) + reachOf(win) - win.before - win.after));
  return e.op("ConvTranspose", [dy, w], {
    ...windowAttributes(windows),
    ...(extra.some((n) => n > 0) ? { output_padding: ints(extra) } : {}),
    ...(group === 1 ? {} : { group: int(group) }),
  });
}

/** `[M, C / group, …k]` as `[C, M / group, …k]`, each kernel from its last tap to its first. */
function turned(e: Emitter, w: Value, group: number): Value {
  const [m = 1, perGroup = 1, ...kernel] = w.shape;
  const axes = spatialAxes(w.shape.length).filter((axis) => w.shape[axis] !== 1);
  const flipped =
    axes.length === 0
      ? w
      : e.slice(
          w,
          axes.map(() => -1),
          axes.map(() => -END),
          axes,
          axes.map(() => -1),
        );
  const rest = spatialAxes(w.shape.length);
  if (group === 1) return e.transpose(flipped, [1, 0, ...rest]);
  const filters = quotientOf(m, group) ?? 1;
  const apart = reshapeTo(e, flipped, [group, filters, perGroup, ...kernel], [w]);
  return reshapeTo(e, e.transpose(apart, [0, 2, 1, ...rest.map((axis) => axis + 1)]), [productOf([group, perGroup]), filters, ...kernel], [w]);
}

/** Channels from which a convolution with the kernel dY is quicker than a product of matrices over windows laid side by side. */
const WIDE = 16;

/**
 * dW[m, c, k] = Σ over n and o of dY[n, m, o] · X[n, c, o·stride − before + k·dilation], in the form that suits the shape. One tap is a product of matrices.
 * With more of them it is a convolution whose kernel is dY, its channels the samples; with few channels a product again, with X at every tap side by side. (Two
 * threads, a batch of 32, against a product a tap: 64 to 64 channels of 24 × 24 8 ms against 12 ms; 32 to 64 of 48 × 48 with a stride of 2 8 ms against 19 ms.
 * From 3 to 32 channels of 64 × 64 8 ms, side by side 5 ms.) In groups, a convolution with the axes' parts exchanged, whose kernel is dY: as slow as it is (135
 * ms and 102 ms), there is no other that is one node.
 */
export function weightGradient(e: Emitter, x: Value, dy: Value, windows: readonly WindowAxis[], group: number): Value {
  // What no window reaches is cut off, what windows reach beyond the end is added.
  const fitted = windows.map((w) => ({ ...w, after: w.stride * (w.count - 1) + reachOf(w) - w.length - w.before }));
  if (group !== 1) return byConvolution(e, x, dy, fitted, group);
  const channels = x.shape[1];
  const wide = typeof channels === "number" && channels >= WIDE;
  if (!wide) return byColumns(e, x, dy, fitted);
  return windows.some((w) => w.kernel > 1) && windows.at(-1)?.dilation === 1 ? byRows(e, x, dy, fitted, channels) : byTaps(e, x, dy, fitted);
}

/**
 * As a convolution of one sample, whose channels are the samples, with the kernel dY and the axes' strides and dilations exchanged. Channels are laid innermost
 * and counted with the last axis, where a step of one is then C elements: so a kernel's row comes out with all its channels, and is read in one piece.
 */
function byRows(e: Emitter, x: Value, dy: Value, windows: readonly WindowAxis[], channels: number): Value {
  const [batch = 1, , ...lengths] = x.shape;
  const [, filters = 1] = dy.shape;
  const spatial = spatialAxes(x.shape.length);
  const inner = (values: readonly number[]) => values.map((v, i) => (i === values.length - 1 ? v * channels : v));
  const rows = reshapeTo(e, e.transpose(x, [0, ...spatial, 1]), [1, batch, ...inner(lengths.map(Number))], [x]);
  const over = exchanged(windows).map((w, i) =>
    i === windows.length - 1 ? { ...w, dilation: w.dilation * channels, before: w.before * channels, after: w.after * channels } : w,
  );
  const product = convolve(e, rows, e.transpose(dy, [1, 0, ...spatial]), over, 1);
  const kernel = windows.map((w) => w.kernel);
  const cut = e.slice(
    product,
    kernel.map(() => 0),
    inner(kernel),
    spatial,
  );
  return e.transpose(reshapeTo(e, cut, [filters, ...kernel, channels], [dy]), [0, spatial.length + 1, ...spatial.map((axis) => axis - 1)]);
}

function byTaps(e: Emitter, x: Value, dy: Value, windows: readonly WindowAxis[]): Value {
  const [batch = 1, channels = 1] = x.shape;
  const [, filters = 1] = dy.shape;
  const places = windows.reduce((n, w) => n * w.count, 1);
  const view = slicedViews(e, x, windows);
  const gradient = reshapeTo(e, dy, [batch, filters, places], [x]);
  const products = tapsOf(windows).map((tap) => {
    const seen = reshapeTo(e, view(tap), [batch, channels, places], [x]);
    return e.reduceSum(e.matMul(gradient, e.transpose(seen, [0, 2, 1])), [0]);
  });
  const kernel = windows.map((w) => w.kernel);
  const stacked =
    products.length === 1 && products[0]
      ? products[0]
      : e.concat(
          products.map((v) => e.unsqueeze(v, [2])),
          2,
        );
  return reshapeTo(e, stacked, [filters, channels, ...kernel], [x, dy]);
}

function byColumns(e: Emitter, x: Value, dy: Value, windows: readonly WindowAxis[]): Value {
  const [batch = 1, channels = 1] = x.shape;
  const [, filters = 1] = dy.shape;
  const taps = tapsOf(windows);
  const places = windows.reduce((n, w) => n * w.count, 1);
  const views = taps.map(viewsOf(e, x, windows));
  const columns = reshapeTo(e, views.length === 1 && views[0] ? views[0] : e.concat(views, 1), [batch, productOf([taps.length, channels]), places], [x]);
  const product = e.matMul(reshapeTo(e, dy, [batch, filters, places], [x]), e.transpose(columns, [0, 2, 1]));
  const summed = reshapeTo(e, e.reduceSum(product, [0]), [filters, ...windows.map((w) => w.kernel), channels], [x, dy]);
  const last = windows.length + 1;
  return taps.length === 1
    ? reshapeTo(e, summed, [filters, channels, ...windows.map(() => 1)], [x, dy])
    : e.transpose(summed, [0, last, ...windows.map((_, i) => i + 1)]);
}

function byConvolution(e: Emitter, x: Value, dy: Value, windows: readonly WindowAxis[], group: number): Value {
  const [batch = 1, channels = 1, ...lengths] = x.shape;
  const [, filters = 1, ...counts] = dy.shape;
  const spatial = spatialAxes(x.shape.length);
  const cropped = cropTo(e, x, windows);
  const croppedLengths = lengths.map((_, i) => cropped.shape[i + 2] ?? 1);
  const [channelsEach, filtersEach] = [quotientOf(channels, group) ?? 1, quotientOf(filters, group) ?? 1];
  const shifted = spatial.map((axis) => axis + 1);
  // [C / g, g·N, …] and [M, N, …]: group by group, samples are channels now.
  const apart = reshapeTo(e, cropped, [batch, group, channelsEach, ...croppedLengths], [x, dy]);
  const operand = reshapeTo(e, e.transpose(apart, [2, 1, 0, ...shifted]), [channelsEach, productOf([group, batch]), ...croppedLengths], [x, dy]);
  const each = reshapeTo(e, dy, [batch, group, filtersEach, ...counts], [x, dy]);
  const kernel = reshapeTo(e, e.transpose(each, [1, 2, 0, ...shifted]), [filters, batch, ...counts], [x, dy]);
  return e.transpose(convolve(e, operand, kernel, exchanged(windows), group), [1, 0, ...spatial]);
}

/** The windows of a convolution over X whose kernel is dY: it has a tap for each time that the first one's window fits, and fits for each of its taps. */
function exchanged(windows: readonly WindowAxis[]): readonly WindowAxis[] {
  return windows.map((w) => ({ ...w, kernel: w.count, stride: w.dilation, dilation: w.stride, after: Math.max(0, w.after), count: w.kernel }));
}

function cropTo(e: Emitter, x: Value, windows: readonly WindowAxis[]): Value {
  if (windows.every((w) => w.after >= 0)) return x;
  return e.op("Pad", [x, e.indices([0, 0, ...windows.map(() => 0), 0, 0, ...windows.map((w) => Math.min(0, w.after))])]);
}
