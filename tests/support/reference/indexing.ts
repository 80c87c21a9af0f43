import type { Kernel, Kernels } from "./kernel.js";
import { at, build, forEachIndex, frontAxis, offsetOf, product, replaced, type Tensor } from "./tensor.js";

/** Operators that pick or place elements by index. */

/** Indices count from the end where negative. */
function wrap(i: number, n: number): number {
  const front = i < 0 ? i + n : i;
  if (front < 0 || front >= n) throw new Error(`index ${i} is outside an axis of ${n}`);
  return front;
}

/** The axis is replaced by the axes of the indices. */
const gather: Kernel = (c) => {
  const [x, indices] = [c.input(0), c.input(1)];
  const axis = frontAxis(c.int("axis", 0), x.dims.length);
  const rank = indices.dims.length;
  return build(x.dtype, [...x.dims.slice(0, axis), ...indices.dims, ...x.dims.slice(axis + 1)], (index) => {
    const picked = wrap(at(indices, index.slice(axis, axis + rank)), x.dims[axis]!);
    return at(x, [...index.slice(0, axis), picked, ...index.slice(axis + rank)]);
  });
};

const gatherElements: Kernel = (c) => {
  const [x, indices] = [c.input(0), c.input(1)];
  const axis = frontAxis(c.int("axis", 0), x.dims.length);
  return build(x.dtype, indices.dims, (index) => at(x, replaced(index, axis, wrap(at(indices, index), x.dims[axis]!))));
};

const gatherND: Kernel = (c) => {
  const [x, indices] = [c.input(0), c.input(1)];
  const batch = c.int("batch_dims", 0);
  const depth = indices.dims.at(-1)!;
  const lead = indices.dims.slice(0, -1);
  return build(x.dtype, [...lead, ...x.dims.slice(batch + depth)], (index) => {
    const outer = index.slice(0, lead.length);
    const picked = Array.from({ length: depth }, (_, k) => wrap(at(indices, [...outer, k]), x.dims[batch + k]!));
    return at(x, [...outer.slice(0, batch), ...picked, ...index.slice(lead.length)]);
  });
};

/** How a scatter joins what is there with what arrives. */
function joining(reduction: string): (old: number, update: number) => number {
  switch (reduction) {
    case "none":
      return (_, update) => update;
    case "add":
      return (old, update) => old + update;
    case "mul":
      return (old, update) => old * update;
    case "min":
      return Math.min;
    case "max":
      return Math.max;
    default:
      throw new Error(`no reduction ${reduction}`);
  }
}

const scatterElements: Kernel = (c) => {
  const [x, indices, updates] = [c.input(0), c.input(1), c.input(2)];
  const axis = frontAxis(c.int("axis", 0), x.dims.length);
  const join = joining(c.text("reduction", "none"));
  const data = [...x.data];
  forEachIndex(indices.dims, (index) => {
    const target = offsetOf(x.dims, replaced(index, axis, wrap(at(indices, index), x.dims[axis]!)));
    data[target] = join(data[target]!, at(updates, index));
  });
  return { ...x, data };
};

/** Each row of the indices names a place in the leading axes; what is put there has the remaining axes. */
const scatterND: Kernel = (c) => {
  const [x, indices, updates] = [c.input(0), c.input(1), c.input(2)];
  const join = joining(c.text("reduction", "none"));
  const depth = indices.dims.at(-1)!;
  const rows = indices.dims.slice(0, -1);
  const data = [...x.data];
  forEachIndex(rows, (row) => {
    const place = Array.from({ length: depth }, (_, k) => wrap(at(indices, [...row, k]), x.dims[k]!));
    forEachIndex(x.dims.slice(depth), (rest) => {
      const target = offsetOf(x.dims, [...place, ...rest]);
      data[target] = join(data[target]!, at(updates, [...row, ...rest]));
    });
  });
  return { ...x, data };
};

/** Negative indices count from the end; those outside [-depth, depth - 1] give a row of `off`. */
const oneHot: Kernel = (c) => {
  const [indices, depth, values] = [c.input(0), c.input(1).data[0]!, c.input(2)];
  const [off, on] = values.data as readonly [number, number];
  const axis = frontAxis(c.int("axis", -1), indices.dims.length + 1);
  return build(values.dtype, [...indices.dims.slice(0, axis), depth, ...indices.dims.slice(axis)], (index) => {
    const i = at(
      indices,
      index.filter((_, k) => k !== axis),
    );
    return (i < 0 ? i + depth : i) === index[axis] ? on : off;
  });
};

/** Elements along an axis (or of the flattened tensor) where the condition holds. */
const compress: Kernel = (c) => {
  const given = c.attribute("axis");
  const x: Tensor = given ? c.input(0) : { ...c.input(0), dims: [product(c.input(0).dims)] };
  const axis = frontAxis(c.int("axis", 0), x.dims.length);
  const kept = c.input(1).data.flatMap((v, i) => (v ? [i] : []));
  return build(x.dtype, replaced(x.dims, axis, kept.length), (index) => at(x, replaced(index, axis, kept[index[axis]!]!)));
};

/** The k largest (or smallest) along an axis, and where they were; of equals the earlier comes first. */
const topK: Kernel = (c) => {
  const [x, k] = [c.input(0), c.input(1).data[0]!];
  const axis = frontAxis(c.int("axis", -1), x.dims.length);
  const sign = c.int("largest", 1) === 1 ? -1 : 1;
  const dims = replaced(x.dims, axis, k);
  const places = build("int64", dims, (index) => {
    const order = Array.from({ length: x.dims[axis]! }, (_, i) => i);
    order.sort((i, j) => sign * (at(x, replaced(index, axis, i)) - at(x, replaced(index, axis, j))) || i - j);
    return order[index[axis]!]!;
  });
  return [build(x.dtype, dims, (index) => at(x, replaced(index, axis, at(places, index)))), places];
};

const eyeLike: Kernel = (c) => {
  const k = c.int("k", 0);
  return build(c.input(0).dtype, c.input(0).dims, (index) => (index[1]! - index[0]! === k ? 1 : 0));
};

export const indexing: Kernels = {
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherND,
  ScatterElements: scatterElements,
  ScatterND: scatterND,
  OneHot: oneHot,
  Compress: compress,
  TopK: topK,
  EyeLike: eyeLike,
};
