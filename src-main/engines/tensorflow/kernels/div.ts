import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../native.js";
import { binary } from "./elementwise.js";
import { defineKernel } from "./kernel.js";

/** A / B, broadcasting; whole numbers are cut towards 0. https://onnx.ai/onnx/operators/onnx__Div.html */
export const div = defineKernel({
  type: "Div",
  compile: (c) => {
    const { tf } = c;
    return binary(
      c,
      (a, b) => (a.dtype === "float32" ? tf.div(a, b) : quotient(tf, a, b)),
      (a, b) => Math.trunc(a / b),
    );
  },
});

/** TensorFlow.js rounds down: one more where signs differ and something is left. */
function quotient(tf: Tf, a: Tensor, b: Tensor): Tensor {
  const down = tf.floorDiv(a, b);
  const cut = tf.logicalAnd(tf.notEqual(tf.mul(down, b), a), tf.less(down, tf.scalar(0, "int32")));
  return tf.add(down, tf.cast(cut, "int32"));
}
