import { LatheError } from "../base/errors.js";
import { sumOf } from "../onnx/dimensions.js";
import type { Value } from "../onnx/types.js";
import { transposedAlong } from "./interpolation.js";
import { type GradientContext, defineOp } from "./op.js";
import { constantOperand } from "./shapes.js";

type Operand = "data" | "pads" | "constant_value";

/** More elements before and after each axis, or fewer where pads are negative. https://onnx.ai/onnx/operators/onnx__Pad.html (version 13) */
export const pad = defineOp({
  type: "Pad",
  inputs: ["data", "pads", "constant_value"],
  required: 2,
  infer: (c) => {
    const { dtype, shape } = c.input("data");
    const pads = constantOperand(c, "pads");
    const value = c.optional("constant_value");
    if (value && value.dtype !== dtype) return c.fail("constant_value must have the type of data");
    if (pads.length !== 2 * shape.length) return c.fail(`expected ${2 * shape.length} pads, got ${pads.length}`);
    const padded = shape.map((d, i) => sumOf([d, pads[i] ?? 0, pads[i + shape.length] ?? 0]));
    if (padded.some((d) => typeof d === "number" && d < 0)) return c.fail(`pads [${pads.join(", ")}] take away more than there is`);
    const reflected =
      c.string("mode", "constant") === "reflect"
        ? shape.findIndex((d, i) => typeof d === "number" && Math.max(pads[i] ?? 0, pads[i + shape.length] ?? 0) >= d)
        : -1;
    if (reflected >= 0) return c.fail(`reflection along axis ${reflected} must add fewer than its ${shape[reflected]} elements`);
    return [{ dtype, shape: padded }];
  },
  gradient: {
    data: (g) => (g.string("mode", "constant") === "constant" ? unpadded(g) : folded(g)),
    constant_value: (g) => g.e.reshapeLike(g.e.sub(g.e.reduceSum(g.dy()), g.e.reduceSum(unpadded(g))), g.input("constant_value")), // what lies outside
  },
});

/** Cropping where padding was, and the other way round. */
function unpadded(g: GradientContext<Operand>): Value {
  const pads = g.constantNumbers("pads") ?? [];
  return pads.every((p) => p === 0) ? g.dy() : g.e.op("Pad", [g.dy(), g.e.indices(pads.map((p) => 0 - p))]);
}

/** Each element of a border is a copy, whose gradient goes to what it was copied from. */
function folded(g: GradientContext<Operand>): Value {
  const mode = g.string("mode");
  const { shape } = g.input("data");
  const pads = g.constantNumbers("pads") ?? [];
  return shape.reduce<Value>((dy, length, axis) => {
    const [before, after] = [pads[axis] ?? 0, pads[axis + shape.length] ?? 0];
    if (before === 0 && after === 0) return dy;
    if (typeof length !== "number")
      throw new LatheError("autodiff.unsupported", `the gradient of Pad in ${mode} mode along the named axis ${length} is not there yet`);
    const rows = Array.from({ length: before + length + after }, (_, i) => {
      const from = mode === "edge" ? Math.min(Math.max(i - before, 0), length - 1) : reflected(i - before, length);
      return Array.from({ length }, (__, k) => (k === from ? 1 : 0));
    });
    return transposedAlong(g.e, dy, axis, rows);
  }, g.dy());
}

/** Mirrored at the first and the last element, which are not repeated. */
function reflected(i: number, length: number): number {
  return i < 0 ? -i : i < length ? i : 2 * (length - 1) - i;
}
