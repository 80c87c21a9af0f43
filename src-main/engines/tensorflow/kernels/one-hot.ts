import type { Tensor } from "@tensorflow/tfjs-core";
import { fromFront } from "./host.js";
import { defineKernel } from "./kernel.js";
import { numbersAt, operand } from "./operands.js";

/** values[1] where the place along a new axis equals the index, values[0] elsewhere. https://onnx.ai/onnx/operators/onnx__OneHot.html */
export const oneHot = defineKernel({
  type: "OneHot",
  compile: (c) => {
    const { tf } = c;
    const given = c.int("axis", -1);
    return (operands) => {
      const [indices, values] = [operand(operands, 0), operand(operands, 2)];
      const depth = numbersAt(operands, 1)?.[0] ?? 0;
      const axis = fromFront(given, indices.dims.length + 1);
      const places = tf.reshape(tf.range(0, depth, 1, "int32"), [depth, ...indices.dims.slice(axis).map(() => 1)]);
      const index = tf.expandDims(tf.cast(indices.tensor(), "int32"), axis);
      const wrapped = tf.where(tf.less(index, tf.scalar(0, "int32")), tf.add(index, tf.scalar(depth, "int32")), index);
      const [off, on] = tf.unstack(values.tensor());
      return c.hold(tf.where(tf.equal(wrapped, places), on as Tensor, off as Tensor), values.dtype);
    };
  },
});
