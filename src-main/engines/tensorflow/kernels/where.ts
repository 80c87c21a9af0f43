import type { Tensor } from "@tensorflow/tfjs-core";
import { elementwise } from "./host.js";
import { defineKernel } from "./kernel.js";
import { operand } from "./operands.js";
import { allLying } from "./lying.js";

/** X where the condition holds, Y elsewhere, broadcasting all three. https://onnx.ai/onnx/operators/onnx__Where.html */
export const where = defineKernel({
  type: "Where",
  compile: (c) => (operands) => {
    const all = [operand(operands, 0), operand(operands, 1), operand(operands, 2)];
    const { dtype } = operand(operands, 1);
    if (all.every((x) => x.isLengths)) {
      const { dims, numbers } = elementwise(
        all.map((x) => ({ dims: x.dims, numbers: x.numbers() })),
        (condition, x, y) => (condition === 0 ? y : x),
      );
      return c.host(dtype, dims, numbers);
    }
    const {
      ts: [condition, x, y],
      hold,
    } = allLying(c, all);
    return hold(c.tf.where(condition as Tensor, x as Tensor, y as Tensor), dtype);
  },
});
