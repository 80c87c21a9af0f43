import { defineKernel } from "./kernel.js";
import { numbersAt, operand } from "./operands.js";

/**
 * The identity, unless training_mode is true: then zero with probability `ratio`, else data / (1 − ratio), and the mask of what was kept.
 * https://onnx.ai/onnx/operators/onnx__Dropout.html
 */
export const dropout = defineKernel({
  type: "Dropout",
  compile: (c) => {
    const { tf } = c;
    const seed = c.attribute("seed") ? c.int("seed") : undefined;
    return (operands) => {
      const x = operand(operands, 0);
      const ratio = operands[1]?.numbers()[0] ?? 0.5;
      if ((numbersAt(operands, 2)?.[0] ?? 0) === 0 || ratio === 0) return c.hasOutput(1) ? [x, c.hold(tf.ones([...x.dims], "bool"), "bool")] : x;
      const kept = tf.greaterEqual(tf.randomUniform([...x.dims], 0, 1, "float32", seed), ratio);
      const y = tf.mul(x.tensor(), tf.mul(tf.cast(kept, "float32"), 1 / (1 - ratio)));
      return [c.hold(y), c.hold(kept, "bool")];
    };
  },
});
