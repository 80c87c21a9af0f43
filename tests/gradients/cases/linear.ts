import { any } from "../../support/samples.js";
import { type OpCase, grad } from "./case.js";

export const linear: readonly OpCase[] = [
  grad("MatMul", "matrices", [any(2, 3), any(3, 4)], (e, a, b) => e.matMul(a, b)),
  grad("MatMul", "a batch by a matrix", [any("N", 3), any(3, 2)], (e, a, b) => e.matMul(a, b)),
  grad("MatMul", "vectors", [any(3), any(3)], (e, a, b) => e.matMul(a, b)),
  grad("MatMul", "a vector by a matrix", [any(3), any(3, 2)], (e, a, b) => e.matMul(a, b)),
  grad("MatMul", "a matrix by a vector", [any(2, 3), any(3)], (e, a, b) => e.matMul(a, b)),
  grad("MatMul", "a batch by a vector", [any("N", 3), any(3)], (e, a, b) => e.matMul(a, b)),
  grad("MatMul", "a stack by a vector", [any(2, 2, 3), any(3)], (e, a, b) => e.matMul(a, b)),
  grad("MatMul", "a vector by a stack", [any(3), any(2, 3, 2)], (e, a, b) => e.matMul(a, b)),
  grad("MatMul", "stacks of equal depth", [any("N", 2, 3), any("N", 3, 2)], (e, a, b) => e.matMul(a, b)),
  grad("MatMul", "a stack by one matrix", [any("N", 2, 3), any(3, 2)], (e, a, b) => e.matMul(a, b)),
  grad("MatMul", "one matrix by a stack", [any(2, 3), any("N", 3, 2)], (e, a, b) => e.matMul(a, b)),
  grad("MatMul", "stacks that broadcast against each other", [any(2, 1, 2, 3), any(3, 3, 1)], (e, a, b) => e.matMul(a, b)),
  grad("MatMul", "a value by its own transpose", [any(2, 3)], (e, a) => e.matMul(a, e.transpose(a, [1, 0]))),

  grad("Gemm", "without C", [any(2, 3), any(3, 4)], (e, a, b) => e.gemm(a, b)),
  grad("Gemm", "a layer over the batch", [any("N", 3), any(2, 3), any(2)], (e, a, b, c) => e.gemm(a, b, c, { transB: true })),
  grad("Gemm", "A transposed", [any(3, 2), any(3, 4), any(2, 4)], (e, a, b, c) => e.gemm(a, b, c, { transA: true })),
  grad("Gemm", "both transposed", [any(3, 2), any(4, 3), any(4)], (e, a, b, c) => e.gemm(a, b, c, { transA: true, transB: true })),
  grad("Gemm", "alpha and beta", [any(2, 3), any(3, 2), any(2, 2)], (e, a, b, c) => e.gemm(a, b, c, { alpha: 0.5, beta: 2 })),
  grad("Gemm", "alpha and beta, A transposed", [any(3, 2), any(3, 2), any(2)], (e, a, b, c) => e.gemm(a, b, c, { transA: true, alpha: 1.5, beta: -0.5 })),
  grad("Gemm", "alpha, both transposed, over the batch", [any(3, "N"), any(2, 3)], (e, a, b) =>
    e.gemm(a, b, undefined, { transA: true, transB: true, alpha: -2 }),
  ),
  grad("Gemm", "a scalar C", [any("N", 3), any(3, 2), any()], (e, a, b, c) => e.gemm(a, b, c)),
  grad("Gemm", "C of one element", [any(2, 3), any(3, 2), any(1)], (e, a, b, c) => e.gemm(a, b, c)),
  grad("Gemm", "C a column", [any("N", 3), any(3, 2), any("N", 1)], (e, a, b, c) => e.gemm(a, b, c)),
  grad("Gemm", "C a row of rank 2", [any(2, 3), any(3, 2), any(1, 2)], (e, a, b, c) => e.gemm(a, b, c, { beta: 3 })),
];
