import type { TrainingConfig } from "../../contract/training.js";

/**
 * The loss of several targets as one number, of training and of validation alike: Σ wᵢ · Lᵢ / dᵢ, with a target's weight wᵢ and mean loss Lᵢ.
 *
 * dᵢ is 1 where losses are summed. Where they are normalized, a step divides each loss by the largest one that any step had so far, its own among them. That
 * divisor can grow, and a loss told with it could not be compared with one told before: a smaller number might be a worse epoch. So what is told of an epoch is
 * divided by the largest losses of the steps of the first epoch, for the whole run: one set of divisors for training and validation, for early stopping,
 * schedules and the best epoch. After a good first epoch they are those of the steps too; where losses rise above them later, that shows as a loss above the
 * first.
 * A target that no sample of a part has has no loss there, and no part in the sum.
 * @param losses mean loss by target; null: no sample has it. @param divisors in the order of the losses; undefined: 1.
 */
export function combinedLoss(
  { losses: options }: Pick<TrainingConfig, "losses">,
  losses: readonly { readonly name: string; readonly loss: number | null }[],
  divisors?: readonly number[],
): number {
  return losses.reduce((total, { name, loss }, i) => total + (loss === null ? 0 : ((options[name]?.weight ?? 1) * loss) / (divisors?.[i] ?? 1)), 0);
}

/** What losses are divided by from now on. @param maxima the largest loss of any step by target; undefined where losses are summed. */
export function divisorsOf(maxima: Float32Array | undefined): readonly number[] | undefined {
  // A loss that has always been 0 is divided by nothing.
  return maxima && Array.from(maxima, (value) => (value > 0 ? value : 1));
}
