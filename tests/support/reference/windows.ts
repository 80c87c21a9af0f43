import type { Call, Kernel, Kernels } from "./kernel.js";
import { type Index, type Tensor, at, build, forEachIndex, offsetOf, product, stridesOf } from "./tensor.js";

/** Operators that look through a window at `[N, C, …]`: convolution and pooling. */

interface Window {
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/** Strides, dilations and pads for a kernel over axes of the given lengths; auto_pad as the operators' pages say. */
function windowOf(c: Call, kernel: readonly number[], lengths: readonly number[]): Window {
  const strides = c.ints("strides") ?? kernel.map(() => 1);
  const dilations = c.ints("dilations") ?? kernel.map(() => 1);
  const pads = c.ints("pads") ?? [...kernel, ...kernel].map(() => 0);
  const auto = c.text("auto_pad", "NOTSET");
  const explicit = { kernel, strides, dilations, before: pads.slice(0, kernel.length), after: pads.slice(kernel.length) };
  if (auto === "NOTSET" || auto === "VALID") return explicit;
  const totals = kernel.map((k, i) => Math.max(0, (Math.ceil(lengths[i]! / strides[i]!) - 1) * strides[i]! + (k - 1) * dilations[i]! + 1 - lengths[i]!));
  const small = totals.map((t) => Math.floor(t / 2));
  const large = totals.map((t) => Math.ceil(t / 2));
  return { ...explicit, before: auto === "SAME_UPPER" ? small : large, after: auto === "SAME_UPPER" ? large : small };
}

/** How often the window fits. A last window may hang over the end where `ceil`, but not begin in the padding there. */
function counts(w: Window, lengths: readonly number[], ceil = false): readonly number[] {
  return lengths.map((length, i) => {
    const steps = (length + w.before[i]! + w.after[i]! - (w.kernel[i]! - 1) * w.dilations[i]! - 1) / w.strides[i]!;
    const count = (ceil ? Math.ceil(steps) : Math.floor(steps)) + 1;
    return ceil && (count - 1) * w.strides[i]! >= length + w.before[i]! ? count - 1 : count;
  });
}

/** Calls `visit` for each tap of the window at `place`: where it is in the kernel and in the operand, which may be outside. */
function forEachTap(w: Window, place: Index, visit: (tap: Index, source: Index) => void): void {
  forEachIndex(w.kernel, (tap) =>
    visit(
      tap,
      tap.map((k, i) => place[i]! * w.strides[i]! - w.before[i]! + k * w.dilations[i]!),
    ),
  );
}

const inside = (index: Index, dims: readonly number[]): boolean => index.every((i, axis) => i >= 0 && i < dims[axis]!);

/** Y[n, m, o] = B[m] + Σ X[n, c, o·stride − pad + k·dilation] · W[m, c, k] over the channels c of m's group. */
const conv: Kernel = (c) => {
  const [x, w] = [c.input(0), c.input(1)];
  const bias = c.inputs[2];
  const [n, , ...lengths] = x.dims;
  const [filters, channels, ...kernel] = w.dims;
  const window = windowOf(c, kernel, lengths);
  const perGroup = filters! / c.int("group", 1);
  return build(x.dtype, [n!, filters!, ...counts(window, lengths)], (index) => {
    const [sample, m, ...place] = index as [number, number, ...number[]];
    const first = Math.floor(m / perGroup) * channels!;
    let sum = bias ? bias.data[m]! : 0;
    forEachTap(window, place, (tap, source) => {
      if (!inside(source, lengths)) return;
      for (let i = 0; i < channels!; i++) sum += at(x, [sample, first + i, ...source]) * at(w, [m, i, ...tap]);
    });
    return sum;
  });
};

/** The transpose of Conv: each element of X adds W, times itself, to Y. W is [C, M / group, …]. */
const convTranspose: Kernel = (c) => {
  const [x, w] = [c.input(0), c.input(1)];
  const [n, channels, ...lengths] = x.dims;
  const [, perGroup, ...kernel] = w.dims;
  const group = c.int("group", 1);
  const [strides, dilations] = [c.ints("strides") ?? kernel.map(() => 1), c.ints("dilations") ?? kernel.map(() => 1)];
  const extra = c.ints("output_padding") ?? kernel.map(() => 0);
  const full = lengths.map((length, i) => strides[i]! * (length - 1) + extra[i]! + (kernel[i]! - 1) * dilations[i]! + 1);
  const auto = c.text("auto_pad", "NOTSET");
  const wanted = c.ints("output_shape") ?? (auto.startsWith("SAME") ? lengths.map((length, i) => length * strides[i]!) : undefined);
  const pads = c.ints("pads") ?? [...kernel, ...kernel].map(() => 0);
  // The page says the smaller half goes before with SAME_UPPER and after otherwise.
  const before = full.map((f, i) => (wanted ? (auto === "SAME_UPPER" ? Math.floor : Math.ceil)((f - wanted[i]!) / 2) : pads[i]!));
  const dims = [n!, perGroup! * group, ...full.map((f, i) => wanted?.[i] ?? f - pads[i]! - pads[i + kernel.length]!)];
  const data = new Array<number>(product(dims)).fill(0);
  const bias = c.inputs[2];
  if (bias)
    forEachIndex(dims, (index) => {
      data[offsetOf(dims, index)] = bias.data[index[1]!]!;
    });
  forEachIndex(x.dims, (index) => {
    const [sample, channel, ...place] = index as [number, number, ...number[]];
    const first = Math.floor(channel / (channels! / group)) * perGroup!;
    forEachIndex(kernel, (tap) => {
      const target = tap.map((k, i) => place[i]! * strides[i]! + k * dilations[i]! - before[i]!);
      if (!inside(target, dims.slice(2))) return;
      for (let m = 0; m < perGroup!; m++) data[offsetOf(dims, [sample, first + m, ...target])]! += at(x, index) * at(w, [channel, m, ...tap]);
    });
  });
  return { dtype: x.dtype, dims, data };
};

/** The largest of each window and its place in all of X, counted row by row (or column by column with storage_order 1); the first of equals. */
const maxPool: Kernel = (c) => {
  const x = c.input(0);
  const [n, channels, ...lengths] = x.dims;
  const window = windowOf(c, c.ints("kernel_shape")!, lengths);
  const dims = [n!, channels!, ...counts(window, lengths, c.int("ceil_mode", 0) === 1)];
  const strides = c.int("storage_order", 0) === 0 ? stridesOf(lengths) : stridesOf([...lengths].reverse()).reverse();
  const indices: number[] = [];
  const y = build(x.dtype, dims, (index) => {
    const [sample, channel, ...place] = index as [number, number, ...number[]];
    let [best, where] = [-Infinity, 0];
    forEachTap(window, place, (_, source) => {
      if (!inside(source, lengths)) return;
      const value = at(x, [sample, channel, ...source]);
      if (value <= best) return;
      best = value;
      where = (sample * channels! + channel) * product(lengths) + source.reduce((sum, s, i) => sum + s * strides[i]!, 0);
    });
    indices.push(where);
    return best;
  });
  return [y, { dtype: "int64", dims, data: indices }];
};

/** X where I says, counted over all of a tensor as large as the windows reach; with an output shape of the caller's, as much is added at the ends. */
const maxUnpool: Kernel = (c) => {
  const [x, places] = [c.input(0), c.input(1)];
  const kernel = c.ints("kernel_shape")!;
  const [strides, pads] = [c.ints("strides") ?? kernel.map(() => 1), c.ints("pads") ?? [...kernel, ...kernel].map(() => 0)];
  const reached = [...x.dims.slice(0, 2), ...kernel.map((k, i) => (x.dims[i + 2]! - 1) * strides[i]! + k - pads[i]! - pads[i + kernel.length]!)];
  const data = new Array<number>(product(reached)).fill(0);
  x.data.forEach((v, i) => {
    data[places.data[i]!] = v;
  });
  const whole: Tensor = { dtype: x.dtype, dims: reached, data };
  const wanted = c.numbers(2);
  return wanted ? build(x.dtype, wanted, (index) => (inside(index, reached) ? at(whole, index) : 0)) : whole;
};

/** The mean of each window: of the elements that are there, or with count_include_pad of those in the padding too. */
const averagePool: Kernel = (c) => {
  const x = c.input(0);
  const [n, channels, ...lengths] = x.dims;
  const window = windowOf(c, c.ints("kernel_shape")!, lengths);
  const padded = c.int("count_include_pad", 0) === 1;
  return build(x.dtype, [n!, channels!, ...counts(window, lengths, c.int("ceil_mode", 0) === 1)], (index) => {
    const [sample, channel, ...place] = index as [number, number, ...number[]];
    let [sum, count] = [0, 0];
    forEachTap(window, place, (_, source) => {
      const there = inside(source, lengths);
      if (there) sum += at(x, [sample, channel, ...source]);
      if (there || (padded && source.every((s, i) => s < lengths[i]! + window.after[i]!))) count++;
    });
    return sum / count;
  });
};

const global =
  (f: (values: readonly number[]) => number): Kernel =>
  (c) => {
    const x = c.input(0);
    const size = product(x.dims.slice(2));
    const data = Array.from({ length: product(x.dims.slice(0, 2)) }, (_, i) => f(x.data.slice(i * size, (i + 1) * size)));
    return { dtype: x.dtype, dims: x.dims.map((d, i) => (i < 2 ? d : 1)), data } satisfies Tensor;
  };

export const windows: Kernels = {
  Conv: conv,
  ConvTranspose: convTranspose,
  MaxPool: maxPool,
  MaxUnpool: maxUnpool,
  AveragePool: averagePool,
  GlobalAveragePool: global((values) => values.reduce((a, b) => a + b, 0) / values.length),
  GlobalMaxPool: global((values) => values.reduce((a, b) => Math.max(a, b), -Infinity)),
};
