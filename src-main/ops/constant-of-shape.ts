import { defineOp, notDifferentiable } from "./op.js";
import { lengthsOf } from "./shapes.js";

/** One value, zero by default, in a shape given as an operand. https://onnx.ai/onnx/operators/onnx__ConstantOfShape.html */
export const constantOfShape = defineOp({
  type: "ConstantOfShape",
  inputs: ["input"],
  infer: (c) => {
    const value = c.attribute("value");
    const shape = lengthsOf(c, "ConstantOfShape", "input");
    if (shape.some((d) => typeof d === "number" && d < 0)) return c.fail(`cannot have the shape [${shape.join(", ")}]`);
    return [{ dtype: value?.type === "tensor" ? value.value.dtype : "float32", shape }];
  },
  gradient: notDifferentiable("its values do not depend on the shape"),
});
