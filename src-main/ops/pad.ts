import { LatheError } from "../base/errors.js";
import { sumOf } from "../onnx/dimensions.js";
import type { Value } from "../onnx/types.js";
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
    return [{ dtype, shape: padded }];
  },
  gradient: {
    data: (g) => unpadded(g),
    constant_value: (g) => g.e.reshapeLike(g.e.sub(g.e.reduceSum(g.dy()), g.e.reduceSum(unpadded(g))), g.input("constant_value")), // what lies outside
  },
});

/** Cropping where padding was, and the other way round. */
function unpadded(g: GradientContext<Operand>): Value {
  const mode = g.string("mode", "constant");
  if (mode !== "constant") throw new LatheError("autodiff.unsupported", `the gradient of Pad in ${mode} mode is not there yet; pad with a constant`);
  const pads = g.constantNumbers("pads") ?? [];
  return pads.every((p) => p === 0) ? g.dy() : g.e.op("Pad", [g.dy(), g.e.indices(pads.map((p) => 0 - p))]);
}
