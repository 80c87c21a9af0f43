import { broadcastDims, expanded } from "./host.js";
import { defineKernel } from "./kernel.js";
import { numbersAt, operand } from "./operands.js";

/** Broadcast against a shape. https://onnx.ai/onnx/operators/onnx__Expand.html */
export const expand = defineKernel({
  type: "Expand",
  compile: (c) => (operands) => {
    const x = operand(operands, 0);
    const dims = broadcastDims(x.dims, numbersAt(operands, 1) ?? []);
    if (x.isLengths) return c.host(x.dtype, dims, expanded({ dims: x.dims, numbers: x.numbers() }, dims));
    return c.hold(c.tf.broadcastTo(x.tensor(), [...dims]), x.dtype);
  },
});
