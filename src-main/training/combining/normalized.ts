import { tensor } from "../../onnx/types.js";
import { names } from "../network/specification.js";
import { type Combination, sideBySide } from "./combination.js";

/**
 * Σ wᵢ·Lᵢ/dᵢ: each loss divided by the largest it has been, so that targets of different scale pull alike.
 *
 * A step divides by the largest loss that any step had so far, its own among them. That divisor can grow, and a loss told with it could not be compared with
 * one told before: a smaller number might be a worse epoch. So what is told of an epoch is divided by the largest losses of the steps of the first epoch, for
 * the whole run: one set of divisors for training and validation, for early stopping, schedules and the best epoch. After a good first epoch they are those of
 * the steps too; where losses rise above them later, that shows as a loss above the first.
 */
export const normalized: Combination = {
  found: true,
  lower: ({ e, targets, losses }) => {
    const before = e.graph.input(names.maxima, "float32", [losses.length]);
    const maxima = e.max(before, sideBySide(e, losses));
    const each = e.div(sideBySide(e, losses), e.max(maxima, e.scalar(1e-12)));
    const weights = targets.map(({ weight }) => weight);
    return { loss: e.reduceSum(e.mul(each, e.constant(tensor("float32", weights)))), maxima, constants: [maxima] };
  },
  terms: (targets, { divisors }) => targets.map(({ weight }, i) => ({ factor: weight / (divisors?.[i] ?? 1), constant: 0 })),
};

/** What losses are divided by from now on. @param maxima the largest loss of any step by target; undefined where losses are not normalized. */
export function divisorsOf(maxima: Float32Array | undefined): readonly number[] | undefined {
  // A loss that has always been 0 is divided by nothing.
  return maxima && Array.from(maxima, (value) => (value > 0 ? value : 1));
}
