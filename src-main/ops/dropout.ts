import { LatheError } from "../base/errors.js";
import type { Value } from "../onnx/types.js";
import { defineOp, type GradientContext } from "./op.js";

/**
 * The identity, unless training_mode is true: then zero with probability `ratio`, else data / (1 − ratio), and the mask of what was kept.
 * https://onnx.ai/onnx/operators/onnx__Dropout.html (opset 13)
 */
export const dropout = defineOp({
  type: "Dropout",
  inputs: ["data", "ratio", "training_mode"],
  required: 1,
  infer: (c) => {
    const [{ dtype, shape }, ratio, mode] = [c.input("data"), c.optional("ratio"), c.optional("training_mode")];
    if (dtype !== "float32" && dtype !== "float64") return c.fail("expected float32 or float64");
    if (ratio && (ratio.shape.length > 0 || (ratio.dtype !== "float32" && ratio.dtype !== "float64"))) return c.fail("ratio must be a float scalar");
    if (mode && (mode.shape.length > 0 || mode.dtype !== "bool")) return c.fail("training_mode must be a bool scalar");
    return [
      { dtype, shape },
      { dtype: "bool", shape },
    ];
  },
  gradient: {
    data: (g) => {
      const mode = g.optional("training_mode");
      if (!mode || g.constantNumbers("training_mode")?.[0] === 0) return g.dy();
      if (!g.hasOutput(1)) {
        throw new LatheError("autodiff.unsupported", "the gradient of Dropout in training mode needs its second output, the mask; give the node two outputs");
      }
      // dx = dy / (1 − ratio) where kept
      return g.e.where(g.output(1), g.e.mul(g.dy(), keptScale(g, mode)), g.e.scalarLike(0, g.dy()));
    },
  },
});

function keptScale(g: GradientContext<"data" | "ratio" | "training_mode">, mode: Value): Value {
  const { e } = g;
  const ratio = g.optional("ratio");
  const known = ratio ? g.constantNumbers("ratio")?.[0] : 0.5;
  const scale =
    known === undefined && ratio ? e.div(e.scalarLike(1, g.dy()), e.subFrom(1, e.cast(ratio, g.dy().dtype))) : e.scalarLike(1 / (1 - (known ?? 0.5)), g.dy());
  return g.constantNumbers("training_mode") ? scale : e.where(mode, scale, e.scalarLike(1, scale));
}
