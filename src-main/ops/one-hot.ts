import type { Dimension } from "../onnx/types.js";
import { defineOp, notDifferentiable } from "./op.js";
import { unknownLength } from "./shapes.js";

/** values[1] where the place along a new axis equals the index, values[0] elsewhere. https://onnx.ai/onnx/operators/onnx__OneHot.html */
export const oneHot = defineOp({
  type: "OneHot",
  inputs: ["indices", "depth", "values"],
  infer: (c) => {
    const [indices, values] = [c.input("indices"), c.input("values")];
    if (values.shape.length !== 1 || values.shape[0] !== 2) return c.fail("values must be [off, on]");
    const rank = indices.shape.length + 1;
    const given = c.int("axis", -1);
    const axis = given < 0 ? given + rank : given;
    if (axis < 0 || axis >= rank) return c.fail(`axis ${given} is outside ${rank} axes`);
    const depth: Dimension = c.constantNumbers("depth")?.[0] ?? c.shapeBehind("depth")?.[0] ?? unknownLength(c, "OneHot");
    return [{ dtype: values.dtype, shape: [...indices.shape.slice(0, axis), depth, ...indices.shape.slice(axis)] }];
  },
  gradient: notDifferentiable("its result only says which index was given"),
});
