import { counting, fromFront } from "./host.js";
import { defineKernel } from "./kernel.js";
import { operand } from "./operands.js";
import { standardize } from "./standardized.js";

/**
 * Y = x̂ ∘ Scale + B, x̂ = (X − mean) / √(var + ε) over the axes from `axis` on; results 1 and 2 are mean and 1/√(var + ε).
 * https://onnx.ai/onnx/operators/onnx__LayerNormalization.html
 */
export const layerNormalization = defineKernel({
  type: "LayerNormalization",
  compile: (c) => {
    const { tf } = c;
    const [given, epsilon] = [c.int("axis", -1), c.float("epsilon", 1e-5)];
    return (operands) => {
      const x = operand(operands, 0);
      const axis = fromFront(given, x.dims.length);
      const { y, mean, variance } = standardize(tf, x.tensor(), counting(x.dims.length - axis, axis), epsilon);
      const scaled = tf.mul(y, operand(operands, 1).tensor());
      const bias = operands[2];
      const result = c.hold(bias ? tf.add(scaled, bias.tensor()) : scaled);
      return c.outputCount === 1 ? result : [result, c.hold(mean), c.hold(tf.rsqrt(tf.add(variance, epsilon)))];
    };
  },
});
