import { productOf, quotientOf } from "../onnx/dimensions.js";
import { type Dimension, showShape } from "../onnx/types.js";
import { defineOp } from "./op.js";
import { lengthsOf } from "./shapes.js";

/** The same values in another shape; -1 is inferred, 0 copies unless `allowzero`. https://onnx.ai/onnx/operators/onnx__Reshape.html (version 14) */
export const reshape = defineOp({
  type: "Reshape",
  inputs: ["data", "shape"],
  infer: (c) => {
    const x = c.input("data");
    const wanted = lengthsOf(c, "Reshape", "shape");
    const copies = c.int("allowzero", 0) === 0;
    const shape = wanted.map((d, i): Dimension => (d === 0 && copies ? (x.shape[i] ?? c.fail(`0 at ${i} copies an axis that is not there`)) : d));
    const open = shape.indexOf(-1);
    if (shape.some((d, i) => typeof d === "number" && d < (i === open ? -1 : 0)))
      return c.fail(`cannot have the shape ${showShape(shape)}: expected lengths from 0 and at most one -1`);
    const total = productOf(x.shape);
    const rest = productOf(shape.filter((_, i) => i !== open));
    if (open >= 0) shape[open] = quotientOf(total, rest) ?? c.fail(`its ${total} elements do not fill ${showShape(shape)}`);
    // Lengths that come at run time may hold -1 and 0 themselves: only then is there nothing to compare.
    else if (total !== rest && c.shapeBehind("shape")) return c.fail(`its ${total} elements are not the ${rest} of ${showShape(shape)}`);
    return [{ dtype: x.dtype, shape }];
  },
  gradient: { data: (g) => g.e.reshapeLike(g.dy(), g.input("data")) },
});
