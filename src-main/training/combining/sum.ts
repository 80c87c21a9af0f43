import { type Combination, weightedSum } from "./combination.js";

/** Σ wᵢ·Lᵢ */
export const sum: Combination = {
  lower: ({ e, targets, losses }) => ({
    loss: weightedSum(
      e,
      losses,
      targets.map(({ weight }) => weight),
    ),
  }),
  terms: (targets) => targets.map(({ weight }) => ({ factor: weight, constant: 0 })),
};
