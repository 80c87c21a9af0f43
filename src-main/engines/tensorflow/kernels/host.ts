import { LatheError } from "../../../base/errors.js";
import { showShape } from "../../../onnx/types.js";

/** The little that shapes, axes and bounds need, on plain numbers. */

export interface Numbers {
  readonly dims: readonly number[];
  readonly numbers: ArrayLike<number>;
}

export const countOf = (dims: readonly number[]): number => dims.reduce((a, b) => a * b, 1);

/** An axis from the front. */
export const fromFront = (axis: number, rank: number): number => (axis < 0 ? axis + rank : axis);

/** Numpy broadcasting. @throws LatheError `graph.shape` */
export function broadcastDims(...shapes: readonly (readonly number[])[]): readonly number[] {
  const rank = Math.max(0, ...shapes.map((s) => s.length));
  return Array.from({ length: rank }, (_, i) => {
    let length = 1;
    for (const shape of shapes) {
      const d = shape[shape.length - rank + i] ?? 1;
      if (d === 1 || d === length) continue;
      if (length !== 1) throw new LatheError("graph.shape", `${shapes.map(showShape).join(" and ")} do not broadcast: each axis must be equal or 1`);
      length = d;
    }
    return length;
  });
}

/** The elements of a tensor as a shape that it broadcasts to sees them. */
export function expanded({ dims, numbers }: Numbers, to: readonly number[]): ArrayLike<number> {
  if (countOf(to) === numbers.length) return numbers;
  const strides = to.map((_, i) => {
    const own = i - to.length + dims.length;
    return own < 0 || dims[own] === 1 ? 0 : countOf(dims.slice(own + 1));
  });
  return Array.from({ length: countOf(to) }, (_, flat) => {
    let [at, rest] = [0, flat];
    for (let i = to.length - 1; i >= 0; i--) {
      const length = to[i] ?? 1;
      at += (rest % length) * (strides[i] ?? 0);
      rest = Math.floor(rest / length);
    }
    return numbers[at] ?? Number.NaN;
  });
}

/** Elementwise over operands that broadcast. */
export function elementwise(operands: readonly Numbers[], f: (...x: number[]) => number): Numbers {
  const dims = broadcastDims(...operands.map((x) => x.dims));
  const columns = operands.map((x) => expanded(x, dims));
  return { dims, numbers: Array.from({ length: countOf(dims) }, (_, i) => f(...columns.map((column) => column[i] ?? Number.NaN))) };
}

/** The slices of `axis` that `indices` name, in their order. */
export function taken({ dims, numbers }: Numbers, axis: number, indices: readonly number[]): Numbers {
  const [length, inner] = [dims[axis] ?? 1, countOf(dims.slice(axis + 1))];
  const result: number[] = [];
  for (let outer = 0; outer < countOf(dims.slice(0, axis)); outer++) {
    for (const index of indices) for (let k = 0; k < inner; k++) result.push(numbers[(outer * length + fromFront(index, length)) * inner + k] ?? Number.NaN);
  }
  return { dims: [...dims.slice(0, axis), indices.length, ...dims.slice(axis + 1)], numbers: result };
}

export function joined(parts: readonly Numbers[], axis: number): Numbers {
  const first = parts[0]?.dims ?? [];
  const result: number[] = [];
  for (let outer = 0; outer < countOf(first.slice(0, axis)); outer++) {
    for (const { dims, numbers } of parts) {
      const run = countOf(dims.slice(axis));
      for (let k = 0; k < run; k++) result.push(numbers[outer * run + k] ?? Number.NaN);
    }
  }
  return { dims: first.map((d, i) => (i === axis ? parts.reduce((sum, part) => sum + (part.dims[axis] ?? 0), 0) : d)), numbers: result };
}

/** 0, 1, … */
export const counting = (length: number, start = 0, step = 1): number[] => Array.from({ length }, (_, i) => start + i * step);
