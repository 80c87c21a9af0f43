import type { Emitter } from "../onnx/emitter.js";
import { type Value, isFloat, sameShape, showShape } from "../onnx/types.js";
import { defineOp, type GradientContext } from "./op.js";
import { broadcastShapes, divideByCount, normalizeAxis } from "./rules.js";

type Operand = "X" | "Scale" | "B";

/**
 * Y = x̂ ∘ Scale + B, x̂ = (X − mean) / √(var + ε) over the axes from `axis` on; results 1 and 2 are mean and 1/√(var + ε), those axes kept with
 * length 1, in float32 (stash_type = 1). https://onnx.ai/onnx/operators/onnx__LayerNormalization.html
 */
export const layerNormalization = defineOp({
  type: "LayerNormalization",
  inputs: ["X", "Scale", "B"],
  required: 2,
  infer: (c) => {
    const x = c.input("X");
    if (!isFloat(x.dtype)) return c.fail("expected float32 or float64");
    const axis = normalizeAxis(c, c.int("axis", -1), x.shape.length);
    const normalized = x.shape.slice(axis);
    for (const v of [c.input("Scale"), c.optional("B")]) {
      if (v && v.dtype !== x.dtype) return c.fail("operands must share an element type");
      const joined = v && broadcastShapes(normalized, v.shape);
      if (v && !(joined && sameShape(joined, normalized))) return c.fail(`Scale and B must broadcast to ${showShape(normalized)}`);
    }
    if (c.int("stash_type", 1) !== 1) return c.fail("expected stash_type 1, float32 statistics");
    const statistic = { dtype: "float32", shape: x.shape.map((d, i) => (i < axis ? d : 1)) } as const;
    return [{ dtype: x.dtype, shape: x.shape }, statistic, statistic];
  },
  gradient: {
    X: (g) => {
      const parts = [...(g.hasDy(0) ? [throughY(g)] : []), ...(g.hasDy(1) ? [throughMean(g)] : []), ...(g.hasDy(2) ? [throughInverse(g)] : [])];
      return parts.reduce((sum, part) => g.e.add(sum, part));
    },
    Scale: (g) => g.e.mul(g.dy(), standardized(g).normal), // dScale = Σ dY ∘ x̂
    B: (g) => g.dy(),
  },
});

type Context = GradientContext<Operand>;

function normalizedAxes(g: Context): readonly number[] {
  const rank = g.input("X").shape.length;
  const axis = g.int("axis", -1);
  return [...g.input("X").shape.keys()].slice(axis < 0 ? axis + rank : axis);
}

/** x̂ and 1/√(var + ε): from the node's own statistics where it returns them in the precision of X, else computed again. */
function standardized(g: Context): { readonly normal: Value; readonly inverse: Value } {
  const { e } = g;
  const x = g.input("X");
  const kept = g.hasOutput(1) && g.hasOutput(2) && g.output(1).dtype === x.dtype;
  const mean = kept ? g.output(1) : e.reduceMean(x, normalizedAxes(g), true);
  const centred = e.sub(x, mean);
  const inverse = kept ? g.output(2) : inverseDeviation(g, centred);
  return { normal: e.mul(centred, inverse), inverse };
}

function inverseDeviation(g: Context, centred: Value): Value {
  const { e } = g;
  const variance = e.reduceMean(e.square(centred), normalizedAxes(g), true);
  return e.div(e.scalarLike(1, variance), e.sqrt(e.shift(variance, g.float("epsilon", 1e-5))));
}

/** With G = dY ∘ Scale: dX = (G − mean(G) − x̂ ∘ mean(G ∘ x̂)) / √(var + ε). https://arxiv.org/abs/1607.06450 */
function throughY(g: Context): Value {
  const { e } = g;
  const axes = normalizedAxes(g);
  const { normal, inverse } = standardized(g);
  const weighted = e.mul(g.dy(), g.input("Scale"));
  const along = e.mul(normal, e.reduceMean(e.mul(weighted, normal), axes, true));
  return e.mul(e.sub(e.sub(weighted, e.reduceMean(weighted, axes, true)), along), inverse);
}

/** ∂mean/∂X = 1/n. */
function throughMean(g: Context): Value {
  const x = g.input("X");
  return g.e.expandLike(perElement(g.e, g, g.dy(1)), x);
}

/** With r = 1/√(var + ε): ∂r/∂X = −r³·(X − mean)/n = −r²·x̂/n. */
function throughInverse(g: Context): Value {
  const { e } = g;
  const { normal, inverse } = standardized(g);
  const share = perElement(e, g, g.dy(2));
  return e.neg(e.mul(e.mul(share, e.square(inverse)), normal));
}

/** The gradient of a statistic in the type of X, divided by the number of elements it was taken over. */
function perElement(e: Emitter, g: Context, dStatistic: Value): Value {
  return divideByCount(e, e.cast(dStatistic, g.input("X").dtype), g.input("X"), normalizedAxes(g));
}
