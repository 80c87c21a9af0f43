import { type DataType, type TensorData, numbersOf } from "../../../src-main/onnx/types.js";

/** A tensor of the reference interpreter: every number, whole or not, is a JavaScript number (float64). */
export interface Tensor {
  readonly dtype: DataType;
  readonly dims: readonly number[];
  /** Row-major; empty where the elements are strings. */
  readonly data: readonly number[];
  readonly strings?: readonly string[];
}

export type Index = readonly number[];

export function product(dims: readonly number[]): number {
  return dims.reduce((a, b) => a * b, 1);
}

/** How far apart neighbours along each axis lie: [3, 4, 5] gives [20, 5, 1]. */
export function stridesOf(dims: readonly number[]): number[] {
  const strides = new Array<number>(dims.length);
  let step = 1;
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    strides[axis] = step;
    step *= dims[axis]!;
  }
  return strides;
}

/** Calls `visit` with every index of a tensor, row-major. The array is reused: copy it to keep it. */
export function forEachIndex(dims: readonly number[], visit: (index: Index) => void): void {
  const index = dims.map(() => 0);
  for (let count = product(dims); count > 0; count--) {
    visit(index);
    for (let axis = dims.length - 1; axis >= 0; axis--) {
      index[axis]!++;
      if (index[axis]! < dims[axis]!) break;
      index[axis] = 0;
    }
  }
}

/** A tensor whose element at each index is `element(index)`. */
export function build(dtype: DataType, dims: readonly number[], element: (index: Index) => number): Tensor {
  const data: number[] = [];
  forEachIndex(dims, (index) => data.push(element(index)));
  return { dtype, dims: [...dims], data };
}

export function offsetOf(dims: readonly number[], index: Index): number {
  const strides = stridesOf(dims);
  return index.reduce((offset, i, axis) => offset + i * strides[axis]!, 0);
}

export function at(x: Tensor, index: Index): number {
  return x.data[offsetOf(x.dims, index)]!;
}

/** The element that meets `index` when `x` is broadcast: axes are aligned at the last one and an axis of length 1 repeats. */
export function atBroadcast(x: Tensor, index: Index): number {
  const lead = index.length - x.dims.length;
  return at(
    x,
    x.dims.map((d, axis) => (d === 1 ? 0 : index[axis + lead]!)),
  );
}

/** Numpy's broadcasting of shapes. */
export function broadcastDims(...shapes: readonly (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((s) => s.length));
  return Array.from({ length: rank }, (_, axis) => {
    const lengths = shapes.map((s) => s[axis - rank + s.length] ?? 1).filter((d) => d !== 1);
    if (lengths.some((d) => d !== lengths[0])) throw new Error(`shapes ${shapes.map((s) => `[${s.join()}]`).join(" and ")} do not broadcast`);
    return lengths[0] ?? 1;
  });
}

/** A possibly negative axis, counted from the front. */
export function frontAxis(axis: number, rank: number): number {
  const front = axis < 0 ? axis + rank : axis;
  if (front < 0 || front >= Math.max(rank, 1)) throw new Error(`axis ${axis} is outside rank ${rank}`);
  return front;
}

export function replaced(index: Index, axis: number, value: number): number[] {
  const copy = [...index];
  copy[axis] = value;
  return copy;
}

/** A stored tensor as the interpreter holds it. */
export function fromTensorData(data: TensorData): Tensor {
  if (data.dtype === "string") return { dtype: "string", dims: data.dims, data: [], strings: data.data };
  return { dtype: data.dtype, dims: data.dims, data: numbersOf(data) };
}
