import { productOf } from "../onnx/dimensions.js";
import { defineOp } from "./op.js";

/** A matrix: the axes before `axis` by those from it on. https://onnx.ai/onnx/operators/onnx__Flatten.html */
export const flatten = defineOp({
  type: "Flatten",
  inputs: ["input"],
  infer: (c) => {
    const { dtype, shape } = c.input("input");
    const given = c.int("axis", 1);
    const axis = given < 0 ? given + shape.length : given;
    if (axis < 0 || axis > shape.length) return c.fail(`axis ${given} is outside ${shape.length} axes`); // the last one may be passed
    return [{ dtype, shape: [productOf(shape.slice(0, axis)), productOf(shape.slice(axis))] }];
  },
  gradient: { input: (g) => g.e.reshapeLike(g.dy(), g.input("input")) },
});
