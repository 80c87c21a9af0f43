import { numbersOf, tensor } from "../../../onnx/types.js";
import { countOf } from "./host.js";
import { defineKernel } from "./kernel.js";
import { numbersAt } from "./operands.js";

/** One value, zero by default, in a shape given as an operand. https://onnx.ai/onnx/operators/onnx__ConstantOfShape.html */
export const constantOfShape = defineKernel({
  type: "ConstantOfShape",
  compile: (c) => {
    const attribute = c.attribute("value");
    const held = attribute?.type === "tensor" ? attribute.value : tensor("float32", [0]);
    const [value] = numbersOf(held);
    return (operands) => {
      const dims = numbersAt(operands, 0) ?? [];
      return c.host(held.dtype, dims, new Float32Array(countOf(dims)).fill(value ?? 0));
    };
  },
});
