import type { Kernel, Kernels } from "./kernel.js";
import { type Tensor, at, atBroadcast, broadcastDims, build, frontAxis, product, replaced } from "./tensor.js";

/** Operators that move elements and change none. */

const withDims = (x: Tensor, dims: readonly number[]): Tensor => {
  if (product(dims) !== product(x.dims)) throw new Error(`[${x.dims.join()}] does not reshape to [${dims.join()}]`);
  return { ...x, dims };
};

/** 0 copies the axis (unless allowzero), -1 takes what is left. */
const reshape: Kernel = (c) => {
  const x = c.input(0);
  const wanted = c.input(1).data.map((d, axis) => (d === 0 && c.int("allowzero", 0) === 0 ? x.dims[axis]! : d));
  const rest = product(wanted.filter((d) => d !== -1));
  return withDims(
    x,
    wanted.map((d) => (d === -1 ? product(x.dims) / rest : d)),
  );
};

const flatten: Kernel = (c) => {
  const x = c.input(0);
  const axis = c.int("axis", 1);
  const at = axis < 0 ? axis + x.dims.length : axis;
  return withDims(x, [product(x.dims.slice(0, at)), product(x.dims.slice(at))]);
};

const transpose: Kernel = (c) => {
  const x = c.input(0);
  const perm = c.ints("perm") ?? [...x.dims.keys()].reverse();
  return build(
    x.dtype,
    perm.map((axis) => x.dims[axis]!),
    (index) => {
      const source = x.dims.map(() => 0);
      perm.forEach((axis, i) => (source[axis] = index[i]!));
      return at(x, source);
    },
  );
};

const squeeze: Kernel = (c) => {
  const x = c.input(0);
  const given = c.numbers(1) ?? c.ints("axes");
  const axes = new Set(given ? given.map((a) => frontAxis(a, x.dims.length)) : [...x.dims.keys()].filter((a) => x.dims[a] === 1));
  return withDims(
    x,
    x.dims.filter((_, axis) => !axes.has(axis)),
  );
};

/** Axes are those of the result. */
const unsqueeze: Kernel = (c) => {
  const x = c.input(0);
  const given = c.numbers(1) ?? c.ints("axes") ?? [];
  const rank = x.dims.length + given.length;
  const axes = new Set(given.map((a) => frontAxis(a, rank)));
  const rest = [...x.dims];
  return withDims(
    x,
    Array.from({ length: rank }, (_, axis) => (axes.has(axis) ? 1 : rest.shift()!)),
  );
};

const concat: Kernel = (c) => {
  const parts = c.present();
  const first = parts[0]!;
  const axis = frontAxis(c.int("axis", 0), first.dims.length);
  const lengths = parts.map((p) => p.dims[axis]!);
  return build(
    first.dtype,
    replaced(
      first.dims,
      axis,
      lengths.reduce((a, b) => a + b, 0),
    ),
    (index) => {
      let i = index[axis]!;
      const part = parts.find((p, n) => {
        if (i < lengths[n]!) return true;
        i -= lengths[n]!;
        return false;
      })!;
      return at(part, replaced(index, axis, i));
    },
  );
};

/** Without lengths, as many equal parts as the node has outputs. */
const split: Kernel = (c) => {
  const x = c.input(0);
  const axis = frontAxis(c.int("axis", 0), x.dims.length);
  const count = c.node.outputs.length;
  const lengths = c.numbers(1) ?? Array.from({ length: count }, () => x.dims[axis]! / count);
  let start = 0;
  return lengths.map((length) => {
    const from = start;
    start += length;
    return build(x.dtype, replaced(x.dims, axis, length), (index) => at(x, replaced(index, axis, index[axis]! + from)));
  });
};

/** Bounds count from the end where negative and are clamped to the axis: [0, n] forwards, [-1, n-1] backwards. */
const slice: Kernel = (c) => {
  const x = c.input(0);
  const [starts, ends] = [c.input(1).data, c.input(2).data];
  const axes = (c.numbers(3) ?? [...starts.keys()]).map((a) => frontAxis(a, x.dims.length));
  const steps = c.numbers(4) ?? starts.map(() => 1);
  const from = x.dims.map(() => 0);
  const by = x.dims.map(() => 1);
  const dims = [...x.dims];
  axes.forEach((axis, i) => {
    const n = x.dims[axis]!;
    const step = steps[i]!;
    const [low, high] = step > 0 ? [0, n] : [-1, n - 1];
    const clamp = (v: number) => Math.min(Math.max(v < 0 ? v + n : v, low), high);
    const start = step > 0 ? clamp(starts[i]!) : Math.max(clamp(starts[i]!), 0);
    from[axis] = start;
    by[axis] = step;
    dims[axis] = Math.max(0, Math.ceil((clamp(ends[i]!) - start) / step));
  });
  return build(x.dtype, dims, (index) =>
    at(
      x,
      index.map((i, axis) => from[axis]! + i * by[axis]!),
    ),
  );
};

/** Pads are [begins…, ends…]; negative ones crop. */
const pad: Kernel = (c) => {
  const x = c.input(0);
  const rank = x.dims.length;
  const given = c.input(1).data;
  const fill = c.inputs[2]?.data[0] ?? 0;
  const mode = c.text("mode", "constant");
  const axes = c.numbers(3)?.map((a) => frontAxis(a, rank)) ?? [...x.dims.keys()];
  const begins = x.dims.map(() => 0);
  const ends = x.dims.map(() => 0);
  axes.forEach((axis, i) => {
    begins[axis] = given[i]!;
    ends[axis] = given[i + axes.length]!;
  });
  return build(
    x.dtype,
    x.dims.map((d, axis) => d + begins[axis]! + ends[axis]!),
    (index) => {
      const source = index.map((i, axis) => i - begins[axis]!);
      if (mode === "constant") return source.some((i, axis) => i < 0 || i >= x.dims[axis]!) ? fill : at(x, source);
      return at(
        x,
        source.map((i, axis) => (mode === "edge" ? clampTo(i, x.dims[axis]!) : reflect(i, x.dims[axis]!))),
      );
    },
  );
};

const clampTo = (i: number, n: number): number => Math.min(Math.max(i, 0), n - 1);

/** Mirrors an index at the first and last element, which are not repeated. */
function reflect(i: number, n: number): number {
  if (n === 1) return 0;
  const period = 2 * (n - 1);
  const folded = ((i % period) + period) % period;
  return folded < n ? folded : period - folded;
}

/** Broadcasting is two-way: the result can be larger than the shape asked for. */
const expand: Kernel = (c) => build(c.input(0).dtype, broadcastDims(c.input(0).dims, c.input(1).data), (index) => atBroadcast(c.input(0), index));

const tile: Kernel = (c) => {
  const x = c.input(0);
  return build(
    x.dtype,
    x.dims.map((d, axis) => d * c.input(1).data[axis]!),
    (index) =>
      at(
        x,
        index.map((i, axis) => i % x.dims[axis]!),
      ),
  );
};

const trilu: Kernel = (c) => {
  const k = c.inputs[1]?.data[0] ?? 0;
  const upper = c.int("upper", 1) === 1;
  return build(c.input(0).dtype, c.input(0).dims, (index) => {
    const [i, j] = index.slice(-2) as [number, number];
    return (upper ? j - i >= k : j - i <= k) ? at(c.input(0), index) : 0;
  });
};

export const shaping: Kernels = {
  Reshape: reshape,
  Flatten: flatten,
  Transpose: transpose,
  Squeeze: squeeze,
  Unsqueeze: unsqueeze,
  Concat: concat,
  Split: split,
  Slice: slice,
  Pad: pad,
  Expand: expand,
  Tile: tile,
  Trilu: trilu,
};
