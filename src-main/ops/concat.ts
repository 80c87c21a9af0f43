import { defined } from "../base/assert.js";
import { sumOf } from "../onnx/dimensions.js";
import { type Value, int, sizeOf } from "../onnx/types.js";
import { type GradientContext, defineOp } from "./op.js";
import { normalizeAxis } from "./rules.js";

/** Operands one after another along an axis. https://onnx.ai/onnx/operators/onnx__Concat.html */
export const concat = defineOp({
  type: "Concat",
  inputs: ["inputs"],
  variadic: true,
  infer: (c) => {
    const first = c.input("inputs");
    const rank = first.shape.length;
    const axis = normalizeAxis(c, c.int("axis"), rank);
    const parts = c.inputs.map((v, i) => v ?? c.fail(`operand ${i} is required`));
    for (const v of parts) {
      if (v.dtype !== first.dtype) return c.fail("operands must share an element type");
      if (v.shape.length !== rank) return c.fail("operands must have as many axes as each other");
      if (v.shape.some((d, i) => i !== axis && d !== first.shape[i])) return c.fail(`operands must be equal along all axes but ${axis}`);
    }
    const joined = sumOf(parts.map((v) => defined(v.shape[axis], `axis ${axis}`)));
    return [{ dtype: first.dtype, shape: first.shape.map((d, i) => (i === axis ? joined : d)) }];
  },
  gradient: (g, i) => partOf(g, i),
});

/** The part of dY that lies where operand i went. */
function partOf(g: GradientContext, i: number): Value {
  const { e } = g;
  const given = g.int("axis");
  const axis = given < 0 ? given + g.dy().shape.length : given;
  const parts = g.inputs.filter((v) => v !== undefined);
  if (parts.length === 1) return g.dy();
  const lengths = parts.map((v) => defined(v.shape[axis], `axis ${axis}`));
  if (lengths.every((d) => typeof d === "number")) {
    const start = lengths.slice(0, i).reduce((sum, d) => sum + d, 0);
    return e.slice(g.dy(), [start], [start + sizeOf([lengths[i] ?? 0])], [axis]);
  }
  const sizes = parts.map((v) => e.op("Shape", [v], { start: int(axis), end: int(axis + 1) }));
  return defined(e.graph.node("Split", [g.dy(), e.concat(sizes, 0)], { axis: int(axis) }, { outputs: parts.length })[i], `part ${i}`);
}
