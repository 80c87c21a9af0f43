import { fromFront } from "./host.js";
import { defineKernel } from "./kernel.js";
import { operand } from "./operands.js";

/** Where along an axis the largest element is; the first where there are several, or the last. https://onnx.ai/onnx/operators/onnx__ArgMax.html */
export const argMax = defineKernel({
  type: "ArgMax",
  compile: (c) => {
    const { tf } = c;
    const [given, keep, last] = [c.int("axis", 0), c.int("keepdims", 1) === 1, c.int("select_last_index", 0) === 1];
    return (operands) => {
      const x = operand(operands, 0);
      const axis = fromFront(given, x.dims.length);
      const t = x.tensor();
      const found = last
        ? tf.sub(tf.scalar(t.shape[axis] ?? 1, "int32"), tf.add(tf.argMax(tf.reverse(t, axis), axis), tf.scalar(1, "int32")))
        : tf.argMax(t, axis);
      return c.hold(keep ? tf.expandDims(found, axis) : found, "int64");
    };
  },
});
