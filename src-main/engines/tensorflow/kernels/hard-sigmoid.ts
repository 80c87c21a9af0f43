import { unary, withSlope } from "./elementwise.js";
import { defineKernel } from "./kernel.js";

/** max(0, min(1, α·X + β)); the slope is α between the kinks and 0 at them, as PyTorch. https://onnx.ai/onnx/operators/onnx__HardSigmoid.html */
export const hardSigmoid = defineKernel({
  type: "HardSigmoid",
  compile: (c) => {
    const { tf } = c;
    const [alpha, beta] = [c.float("alpha", 0.2), c.float("beta", 0.5)];
    return unary(
      c,
      withSlope(
        tf,
        (x) => tf.clipByValue(tf.add(tf.mul(x, alpha), beta), 0, 1),
        (_, y) => tf.mul(tf.cast(tf.logicalAnd(tf.greater(y, 0), tf.less(y, 1)), "float32"), alpha),
      ),
    );
  },
});
