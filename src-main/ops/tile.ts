import { LatheError } from "../base/errors.js";
import { productOf } from "../onnx/dimensions.js";
import type { Dimension } from "../onnx/types.js";
import { defineOp } from "./op.js";
import { lengthsOf, reshapeTo } from "./shapes.js";

/** The operand repeated along each axis. https://onnx.ai/onnx/operators/onnx__Tile.html */
export const tile = defineOp({
  type: "Tile",
  inputs: ["input", "repeats"],
  infer: (c) => {
    const { dtype, shape } = c.input("input");
    const repeats = lengthsOf(c, "Tile", "repeats");
    if (repeats.length !== shape.length) return c.fail(`expected ${shape.length} repeats, got ${repeats.length}`);
    return [{ dtype, shape: shape.map((d, i) => productOf([d, repeats[i] ?? 1])) }];
  },
  gradient: {
    // [r0·d0, r1·d1, …] seen as [r0, d0, r1, d1, …] and summed over the repeats
    input: (g) => {
      const x = g.input("input");
      const repeats = g.constantNumbers("repeats");
      if (!repeats) throw new LatheError("autodiff.unsupported", "the gradient of Tile needs constant repeats");
      const apart: Dimension[] = [];
      const repeated: number[] = [];
      for (const [i, d] of x.shape.entries()) {
        if (repeats[i] !== 1) repeated.push(apart.push(repeats[i] ?? 1) - 1);
        apart.push(d);
      }
      return repeated.length === 0 ? g.dy() : g.e.reduceSum(reshapeTo(g.e, g.dy(), apart, [x]), repeated);
    },
  },
});
