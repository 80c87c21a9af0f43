import { defineKernel } from "./kernel.js";
import { largest } from "./largest.js";
import { operand } from "./operands.js";

/** The largest over all axes but N and C, which keep length 1: one window over all. https://onnx.ai/onnx/operators/onnx__GlobalMaxPool.html */
export const globalMaxPool = defineKernel({
  type: "GlobalMaxPool",
  compile: (c) => (operands) => {
    const x = operand(operands, 0);
    const size = x.dims.slice(2);
    if (size.length > 3) c.unsupported(`${size.length} spatial axes`);
    const ones = size.map(() => 1);
    return c.holdLast(
      largest(c.tf, x.channelsLast(), { size, strides: ones, dilations: ones, pads: size.map(() => [0, 0] as const), extent: size, counts: ones }),
    );
  },
});
