import { quotientOf, sumOf } from "../onnx/dimensions.js";
import { defineOp } from "./op.js";
import { normalizeAxis } from "./rules.js";
import { lengthsOf } from "./shapes.js";

/** Pieces of given lengths along an axis, or equal ones. https://onnx.ai/onnx/operators/onnx__Split.html (version 13) */
export const split = defineOp({
  type: "Split",
  inputs: ["input", "split"],
  required: 1,
  infer: (c) => {
    const { dtype, shape } = c.input("input");
    const axis = normalizeAxis(c, c.int("axis", 0), shape.length);
    const whole = shape[axis] ?? 1;
    const piece = (d: typeof whole) => ({ dtype, shape: shape.map((old, i) => (i === axis ? d : old)) });
    if (!c.optional("split")) {
      const equal = quotientOf(whole, c.outputCount) ?? c.fail(`axis ${axis} of length ${whole} does not part into ${c.outputCount} equal pieces`);
      return Array.from({ length: c.outputCount }, () => piece(equal));
    }
    const sizes = lengthsOf(c, "Split", "split");
    if (sizes.length !== c.outputCount) return c.fail(`${sizes.length} lengths for ${c.outputCount} pieces`);
    if (sizes.some((d) => typeof d === "number" && d < 0)) return c.fail(`lengths [${sizes.join(", ")}] must not be negative`);
    if (c.shapeBehind("split") && sumOf(sizes) !== whole) return c.fail(`lengths [${sizes.join(", ")}] sum to ${sumOf(sizes)}, axis ${axis} has ${whole}`);
    return sizes.map(piece);
  },
  // dX = [dY0, dY1, …]
  gradient: {
    input: (g) =>
      g.e.concat(
        Array.from({ length: g.outputCount }, (_, i) => g.dy(i)),
        g.int("axis", 0),
      ),
  },
});
