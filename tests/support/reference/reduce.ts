import type { Call, Kernel, Kernels } from "./kernel.js";
import { type Index, type Tensor, at, build, forEachIndex, frontAxis, replaced } from "./tensor.js";

/** Reductions, and what runs along one axis: softmax, cumulative sums, the index of the largest. */

/** Axes are an attribute in older operator sets and an operand in newer ones; none means all, unless noop_with_empty_axes. */
const reduce =
  (f: (values: readonly number[]) => number): Kernel =>
  (c) => {
    const x = c.input(0);
    const given = c.ints("axes") ?? c.numbers(1) ?? [];
    if (given.length === 0 && c.int("noop_with_empty_axes", 0) === 1) return x;
    const axes = new Set(given.length === 0 ? x.dims.keys() : given.map((axis) => frontAxis(axis, x.dims.length)));
    const kept = x.dims.map((d, axis) => (axes.has(axis) ? 1 : d));
    const inner = x.dims.map((d, axis) => (axes.has(axis) ? d : 1));
    const reduced = build(x.dtype, kept, (outer) => {
      const values: number[] = [];
      forEachIndex(inner, (index) =>
        values.push(
          at(
            x,
            index.map((i, axis) => i + outer[axis]!),
          ),
        ),
      );
      return f(values);
    });
    return c.int("keepdims", 1) === 1 ? reduced : { ...reduced, dims: x.dims.filter((_, axis) => !axes.has(axis)) };
  };

const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const largest = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), -Infinity);
const smallest = (values: readonly number[]): number => values.reduce((a, b) => Math.min(a, b), Infinity);

/** The values along `axis` through an index. */
function line(x: Tensor, index: Index, axis: number): number[] {
  return Array.from({ length: x.dims[axis]! }, (_, i) => at(x, replaced(index, axis, i)));
}

/** log Σ exp(v), shifted by the largest so that nothing overflows. */
function logSumExp(values: readonly number[]): number {
  const top = largest(values);
  return Number.isFinite(top) ? top + Math.log(total(values.map((v) => Math.exp(v - top)))) : top;
}

/** Since operator set 13, along one axis only. */
const along =
  (f: (value: number, values: readonly number[]) => number): Kernel =>
  (c) => {
    const x = c.input(0);
    if (x.dims.length === 0) return { ...x, data: x.data.map((v) => f(v, [v])) };
    const axis = frontAxis(c.int("axis", -1), x.dims.length);
    return build(x.dtype, x.dims, (index) => f(at(x, index), line(x, index, axis)));
  };

const cumSum: Kernel = (c) => {
  const x = c.input(0);
  const axis = frontAxis(c.input(1).data[0]!, x.dims.length);
  const [exclusive, reverse] = [c.int("exclusive", 0) === 1, c.int("reverse", 0) === 1];
  return build(x.dtype, x.dims, (index) => {
    const here = index[axis]!;
    const counts = (i: number): boolean => (reverse ? i > here : i < here) || (i === here && !exclusive);
    return total(line(x, index, axis).filter((_, i) => counts(i)));
  });
};

function argument(c: Call, better: (a: number, b: number) => boolean): Tensor {
  const x = c.input(0);
  const axis = frontAxis(c.int("axis", 0), x.dims.length);
  const last = c.int("select_last_index", 0) === 1;
  const y = build("int64", replaced(x.dims, axis, 1), (index) => {
    const values = line(x, index, axis);
    return values.reduce((best, v, i) => (better(v, values[best]!) || (last && v === values[best]!) ? i : best), 0);
  });
  return c.int("keepdims", 1) === 1 ? y : { ...y, dims: x.dims.filter((_, i) => i !== axis) };
}

export const reductions: Kernels = {
  ReduceSum: reduce(total),
  ReduceMean: reduce((values) => total(values) / values.length),
  ReduceMax: reduce(largest),
  ReduceMin: reduce(smallest),
  ReduceProd: reduce((values) => values.reduce((a, b) => a * b, 1)),
  ReduceL1: reduce((values) => total(values.map(Math.abs))),
  ReduceL2: reduce((values) => Math.sqrt(total(values.map((v) => v * v)))),
  ReduceSumSquare: reduce((values) => total(values.map((v) => v * v))),
  ReduceLogSum: reduce((values) => Math.log(total(values))),
  ReduceLogSumExp: reduce(logSumExp),
  Softmax: along((v, values) => Math.exp(v - logSumExp(values))),
  LogSoftmax: along((v, values) => v - logSumExp(values)),
  CumSum: cumSum,
  ArgMax: (c) => argument(c, (a, b) => a > b),
  ArgMin: (c) => argument(c, (a, b) => a < b),
};
