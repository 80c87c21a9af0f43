import { type Combination, type CombinedTarget, weightedSum } from "./combination.js";

/** Σ wᵢ·Lᵢ / Σ wᵢ: shares that sum to one, so that the rate of learning does not depend on how many targets there are. */
export const average: Combination = {
  lower: ({ e, targets, losses }) => ({ loss: weightedSum(e, losses, shares(targets)) }),
  terms: (targets) => shares(targets).map((factor) => ({ factor, constant: 0 })),
};

function shares(targets: readonly CombinedTarget[]): readonly number[] {
  const all = targets.reduce((total, { weight }) => total + weight, 0);
  return targets.map(({ weight }) => weight / all);
}
