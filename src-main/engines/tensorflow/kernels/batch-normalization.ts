import type { Tensor } from "@tensorflow/tfjs-core";
import type { Held } from "../held.js";
import { type Compiling, defineKernel } from "./kernel.js";
import { operand } from "./operands.js";
import { lying } from "./lying.js";
import { standardize } from "./standardized.js";

/**
 * Y = scale·x̂ + B by channel, x̂ = (X − mean) / √(var + ε), with the mean and variance given or, with training_mode = 1, those of the batch; results 1 and 2
 * are then operand·momentum + batch's·(1 − momentum). https://onnx.ai/onnx/operators/onnx__BatchNormalization.html
 */
export const batchNormalization = defineKernel({
  type: "BatchNormalization",
  compile: (c) => {
    const { tf } = c;
    const [epsilon, momentum, training] = [c.float("epsilon", 1e-5), c.float("momentum", 0.9), c.int("training_mode", 0) === 1];
    return (operands) => {
      const x = operand(operands, 0);
      const [t, by] = byChannel(c, x);
      const [scale, bias, mean, variance] = [1, 2, 3, 4].map((i) => by.along(operand(operands, i).tensor())) as [Tensor, Tensor, Tensor, Tensor];
      if (!training) return by.hold(tf.add(tf.mul(tf.sub(t, mean), tf.mul(scale, tf.rsqrt(tf.add(variance, epsilon)))), bias));
      const batch = standardize(tf, t, by.others, epsilon);
      const blend = (old: Tensor, fresh: Tensor) => {
        const blended = momentum === 0 ? fresh : tf.add(tf.mul(old, momentum), tf.mul(fresh, 1 - momentum));
        return c.hold(tf.reshape(blended, [-1]));
      };
      return [by.hold(tf.add(tf.mul(batch.y, scale), bias)), blend(mean, batch.mean), blend(variance, batch.variance)];
    };
  },
});

/** X as it lies, and how a vector of one number a channel is laid against it. */
function byChannel(c: Compiling, x: Held): readonly [Tensor, { readonly others: readonly number[]; along(v: Tensor): Tensor; hold(t: Tensor): Held }] {
  const { t, axis, hold } = lying(c, x);
  const at = x.dims.length > 1 ? axis(1) : 0;
  const shape = t.shape.map((_, i) => (i === at ? -1 : 1));
  return [
    t,
    { others: [...t.shape.keys()].filter((i) => i !== at || x.dims.length === 1), along: (v) => (at === shape.length - 1 ? v : c.tf.reshape(v, shape)), hold },
  ];
}
