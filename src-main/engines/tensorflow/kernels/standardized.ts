import type { Tensor } from "@tensorflow/tfjs-core";
import type { Tf } from "../native.js";

interface Standardized {
  /** (x − mean) / √(var + ε). */
  readonly y: Tensor;
  readonly mean: Tensor;
  /** Of the population. */
  readonly variance: Tensor;
}

/**
 * x̂ = (x − mean) / √(var + ε) over `axes`, which keep length 1 in the statistics. The gradient in one formula, in place of one for each of the steps:
 * dx = (dx̂ − mean(dx̂) − x̂ ∘ mean(dx̂ ∘ x̂)) / √(var + ε). https://arxiv.org/abs/1502.03167, section 3
 */
export function standardize(tf: Tf, x: Tensor, axes: readonly number[], epsilon: number): Standardized {
  const over = [...axes];
  const mean = tf.mean(x, over, true);
  const variance = tf.mean(tf.square(tf.sub(x, mean)), over, true);
  const normal = tf.customGrad((...given) => {
    const [x, save] = given as [Tensor, (ts: Tensor[]) => void];
    const inverse = tf.rsqrt(tf.add(variance, epsilon));
    const value = tf.mul(tf.sub(x, mean), inverse);
    save([value, inverse]);
    return {
      value,
      gradFunc: (dy: Tensor, saved: Tensor[]) => {
        const [y, inverse] = saved as [Tensor, Tensor];
        const along = tf.mul(y, tf.mean(tf.mul(dy, y), over, true));
        return tf.mul(tf.sub(tf.sub(dy, tf.mean(dy, over, true)), along), inverse);
      },
    };
  });
  return { y: normal(x), mean, variance };
}
