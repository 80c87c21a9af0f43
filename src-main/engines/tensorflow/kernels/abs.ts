import { unary, withSlope } from "./elementwise.js";
import { defineKernel } from "./kernel.js";

/** |X|. TensorFlow.js takes −1 for the slope at 0, where PyTorch has 0. https://onnx.ai/onnx/operators/onnx__Abs.html */
export const abs = defineKernel({
  type: "Abs",
  compile: (c) => {
    const abs = withSlope(
      c.tf,
      (x) => c.tf.abs(x),
      (x) => c.tf.sign(x),
    );
    return unary(c, (x) => (x.dtype === "float32" ? abs(x) : c.tf.abs(x)), { host: Math.abs });
  },
});
