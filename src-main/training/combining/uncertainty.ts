import { defined } from "../../base/assert.js";
import type { TargetKind } from "../../losses/loss.js";
import type { Combination, CombinedTarget } from "./combination.js";

/**
 * Σ wᵢ·(cᵢ·e^(-sᵢ)·Lᵢ + sᵢ/2) with a learned sᵢ = log σᵢ² for each target, 0 at first; cᵢ is ½ for numbers and 1 for classes, yes and no. Kendall, Gal, Cipolla
 * 2018, https://arxiv.org/abs/1705.07115: the negative log-likelihood where a target's own noise is σᵢ, but for constants. The ½ is that of a Gaussian's
 * exponent. A loss over distances is no error of a number and has none: as scores of classes do, it stands as an energy over a temperature σᵢ², e^(-L/σ²).
 * It is least where e^(sᵢ) = 2·cᵢ·Lᵢ, and below 0 where losses are small. Values of different epochs can be compared: the sᵢ are parameters as the network's
 * are.
 */
export const uncertainty: Combination = {
  learns: true,
  found: true,
  lower: ({ e, targets, losses, learned }) => {
    const terms = targets.map((target, i) => {
      const s = learned(target);
      return e.add(e.mul(e.scale(e.exp(e.neg(s)), scaleOf(target)), e.reshape(defined(losses[i], target.name), [1])), e.scale(s, target.weight / 2));
    });
    return { loss: e.reduceSum(e.concat(terms, 0)) };
  },
  terms: (targets, { learned }) =>
    targets.map((target, i) => {
      const s = learned?.[i] ?? 0;
      return { factor: scaleOf(target) * Math.exp(-s), constant: (target.weight * s) / 2 };
    }),
};

const LIKELIHOODS: Readonly<Record<TargetKind, number>> = { numeric: 0.5, category: 1, binary: 1, labels: 1, embedding: 1 };

function scaleOf({ kind, weight }: CombinedTarget): number {
  return LIKELIHOODS[kind] * weight;
}
