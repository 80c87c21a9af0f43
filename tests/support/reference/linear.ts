import type { Kernel, Kernels } from "./kernel.js";
import { type Tensor, at, atBroadcast, broadcastDims, build } from "./tensor.js";

/** MatMul and Gemm. */

/** numpy.matmul: a vector on the left is a row, on the right a column, and that axis is dropped again; leading axes broadcast. */
const matMul: Kernel = (c) => {
  const left = c.input(0);
  const right = c.input(1);
  const a: Tensor = left.dims.length === 1 ? { ...left, dims: [1, ...left.dims] } : left;
  const b: Tensor = right.dims.length === 1 ? { ...right, dims: [...right.dims, 1] } : right;
  const [rows, inner] = a.dims.slice(-2) as [number, number];
  const [inner2, columns] = b.dims.slice(-2) as [number, number];
  if (inner !== inner2) throw new Error(`MatMul of [${left.dims.join()}] and [${right.dims.join()}]`);
  const batch = broadcastDims(a.dims.slice(0, -2), b.dims.slice(0, -2));
  const matrix = (x: Tensor, index: readonly number[], i: number, j: number): number => {
    const lead = index.length - (x.dims.length - 2);
    return at(x, [...x.dims.slice(0, -2).map((d, axis) => (d === 1 ? 0 : index[axis + lead]!)), i, j]);
  };
  const y = build(left.dtype, [...batch, rows, columns], (index) => {
    const [i, j] = index.slice(-2) as [number, number];
    const lead = index.slice(0, -2);
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += matrix(a, lead, i, k) * matrix(b, lead, k, j);
    return sum;
  });
  const dims = [...batch, ...(left.dims.length === 1 ? [] : [rows]), ...(right.dims.length === 1 ? [] : [columns])];
  return { ...y, dims };
};

/** Y = alpha · A' · B' + beta · C, with C broadcast to the product. */
const gemm: Kernel = (c) => {
  const [a, b] = [c.input(0), c.input(1)];
  const bias = c.inputs[2];
  const [transA, transB] = [c.int("transA", 0) === 1, c.int("transB", 0) === 1];
  const [alpha, beta] = [c.float("alpha", 1), c.float("beta", 1)];
  const [rows, inner] = (transA ? [a.dims[1], a.dims[0]] : a.dims) as [number, number];
  const columns = b.dims[transB ? 0 : 1]!;
  if (inner !== b.dims[transB ? 1 : 0]) throw new Error(`Gemm of [${a.dims.join()}] and [${b.dims.join()}]`);
  return build(a.dtype, [rows, columns], (index) => {
    const [i, j] = index as [number, number];
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += at(a, transA ? [k, i] : [i, k]) * at(b, transB ? [j, k] : [k, j]);
    return alpha * sum + (bias ? beta * atBroadcast(bias, index) : 0);
  });
};

export const linear: Kernels = { MatMul: matMul, Gemm: gemm };
