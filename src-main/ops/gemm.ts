import { defineOp } from "./op.js";
import { broadcastShapes, only } from "./rules.js";

/** Y = α·A'·B' + β·C with A' = Aᵀ where transA, B' = Bᵀ where transB; C broadcasts to Y. https://onnx.ai/onnx/operators/onnx__Gemm.html */
export const gemm = defineOp({
  type: "Gemm",
  inputs: ["A", "B", "C"],
  required: 2,
  infer: only("number", (c) => {
    const [a, b, bias] = [c.input("A"), c.input("B"), c.optional("C")];
    if (a.dtype !== b.dtype || (bias && bias.dtype !== a.dtype)) return c.fail("operands must share an element type");
    const [p, q, ...more] = a.shape;
    const [r, s, ...rest] = b.shape;
    if (p === undefined || q === undefined || r === undefined || s === undefined || more.length > 0 || rest.length > 0)
      return c.fail("A and B must have two axes");
    const [m, k] = c.int("transA", 0) === 0 ? [p, q] : [q, p];
    const [l, n] = c.int("transB", 0) === 0 ? [r, s] : [s, r];
    if (k !== l) return c.fail(`the columns of A' (${k}) must equal the rows of B' (${l})`);
    const joined = bias && broadcastShapes([m, n], bias.shape);
    if (bias && !(joined?.length === 2 && joined[0] === m && joined[1] === n)) return c.fail(`C must broadcast to [${m}, ${n}]`);
    return [{ dtype: a.dtype, shape: [m, n] }];
  }),
  gradient: {
    A: (g) => {
      const [b, alpha, transB] = [g.input("B"), g.float("alpha", 1), g.int("transB", 0) !== 0];
      // dA' = α·dY·B'ᵀ; transposed, α·B'·dYᵀ
      if (g.int("transA", 0) === 0) return g.e.gemm(g.dy(), b, undefined, { transB: !transB, alpha });
      return g.e.gemm(b, g.dy(), undefined, { transA: transB, transB: true, alpha });
    },
    B: (g) => {
      const [a, alpha, transA] = [g.input("A"), g.float("alpha", 1), g.int("transA", 0) !== 0];
      // dB' = α·A'ᵀ·dY; transposed, α·dYᵀ·A'
      if (g.int("transB", 0) === 0) return g.e.gemm(a, g.dy(), undefined, { transA: !transA, alpha });
      return g.e.gemm(g.dy(), a, undefined, { transA: true, transB: transA, alpha });
    },
    C: (g) => g.e.scale(g.dy(), g.float("beta", 1)),
  },
});
