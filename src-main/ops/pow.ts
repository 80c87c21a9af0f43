import { type TensorData, type Value, tensor } from "../onnx/types.js";
import { defineOp, type GradientContext } from "./op.js";
import { broadcastShapes, only } from "./rules.js";

/** Z = Xʸ, broadcasting, in the type of X; the exponent may be of another. https://onnx.ai/onnx/operators/onnx__Pow.html */
export const pow = defineOp({
  type: "Pow",
  inputs: ["X", "Y"],
  infer: only("number", (c) => {
    const shape = broadcastShapes(c.input("X").shape, c.input("Y").shape);
    return shape ? [{ dtype: c.input("X").dtype, shape }] : c.fail("shapes do not broadcast: each axis must be equal or 1");
  }),
  gradient: {
    X: (g) => {
      const slope = slopeOfKnownPower(g);
      if (slope !== "unknown") return slope ? g.e.mul(g.dy(), slope) : g.dy();
      // dX = dZ ∘ Y ∘ X^(Y − 1), and 0 where Y = 0, where X = 0 would give 0·∞
      const y = g.e.cast(g.input("Y"), g.dy().dtype);
      const zero = g.e.scalarLike(0, y);
      const power = g.e.pow(g.input("X"), g.e.shift(y, -1));
      return g.e.where(g.e.equal(y, zero), zero, g.e.mul(g.e.mul(g.dy(), y), power));
    },
    Y: (g) => {
      // dY = dZ ∘ Z ∘ ln X for X > 0, and 0 at X = 0, as PyTorch: there ln 1 stands in for ln 0
      const x = g.input("X");
      const base = g.e.where(g.e.equal(x, g.e.scalarLike(0, x)), g.e.scalarLike(1, x), x);
      return g.e.cast(g.e.mul(g.e.mul(g.dy(), g.output()), g.e.log(base)), g.input("Y").dtype);
    },
  },
});

/** ∂Z/∂X for an exponent known when the graph is built; undefined where it is 1. */
function slopeOfKnownPower(g: GradientContext<"X" | "Y">): Value | undefined | "unknown" {
  const exponents = g.constantNumbers("Y");
  const [first, ...others] = exponents ?? [];
  if (!exponents || first === undefined) return "unknown";
  const x = g.input("X");
  if (others.every((k) => k === first)) {
    if (first === 1) return undefined;
    if (first === 2) return g.e.add(x, x);
  }
  // k·X^(k−1); X⁰ where k = 0, so that the product is 0 at X = 0 too
  const constant = (values: readonly number[]): Value => g.e.constant(tensorLike(x, values, g.input("Y")));
  return g.e.mul(constant(exponents), g.e.pow(x, constant(exponents.map((k) => (k === 0 ? 0 : k - 1)))));
}

function tensorLike(x: Value, values: readonly number[], shaped: Value): TensorData {
  return tensor(x.dtype === "float64" ? "float64" : "float32", values, shaped.shape.map(Number));
}
