import { defineKernel } from "./kernel.js";
import { operand } from "./operands.js";

/** The lengths of axes, or of some of them. https://onnx.ai/onnx/operators/onnx__Shape.html */
export const shape = defineKernel({
  type: "Shape",
  compile: (c) => {
    const [start, attribute] = [c.int("start", 0), c.attribute("end")];
    const end = attribute?.type === "int" ? attribute.value : undefined;
    return (operands) => {
      const dims = operand(operands, 0).dims.slice(start, end);
      return c.host("int64", [dims.length], dims);
    };
  },
});
