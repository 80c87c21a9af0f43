import type { Dimension } from "../onnx/types.js";
import { defineOp } from "./op.js";
import { constantOperand, normalizeAxes } from "./shapes.js";

/** With new axes of length 1 at the places named, counted in the result. https://onnx.ai/onnx/operators/onnx__Unsqueeze.html (version 13) */
export const unsqueeze = defineOp({
  type: "Unsqueeze",
  inputs: ["data", "axes"],
  infer: (c) => {
    const { dtype, shape } = c.input("data");
    const axes = constantOperand(c, "axes");
    const rank = shape.length + axes.length;
    const added = normalizeAxes(c, axes, rank);
    const kept = shape.values();
    return [{ dtype, shape: Array.from({ length: rank }, (_, i): Dimension => (added.has(i) ? 1 : (kept.next().value ?? 1))) }];
  },
  gradient: { data: (g) => g.e.squeeze(g.dy(), g.constantNumbers("axes") ?? []) },
});
