import { unary } from "./elementwise.js";
import { defineKernel } from "./kernel.js";

/** X where X > 0, α·X elsewhere. https://onnx.ai/onnx/operators/onnx__LeakyRelu.html */
export const leakyRelu = defineKernel({
  type: "LeakyRelu",
  compile: (c) => {
    const alpha = c.float("alpha", 0.01);
    return unary(c, (x) => c.tf.leakyRelu(x, alpha));
  },
});
