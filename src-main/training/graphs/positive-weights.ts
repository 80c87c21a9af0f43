import { defined } from "../../base/assert.js";
import type { TrainingConfig } from "../../contract/training.js";
import type { PreparedData } from "../../datasets/index.js";

/**
 * Negatives over positives of the training rows, by label, where a loss asks for "balanced" ones; 1 for a label that is in all of them, or in none: there is
 * nothing to even out.
 */
export function balancedPosWeights(
  { losses }: Pick<TrainingConfig, "losses">,
  { classCounts, counts, targets }: Pick<PreparedData, "classCounts" | "counts" | "targets">,
): ReadonlyMap<string, readonly number[]> {
  const asked = Object.entries(losses).filter(([, loss]) => loss["posWeight"] === "balanced");
  return new Map(
    asked.map(([name]) => {
      const known = defined(classCounts[name], `class counts of ${name}`);
      // Of yes or no the second class is yes.
      const positives = targets.find((target) => target.name === name)?.kind === "labels" ? known : known.slice(1);
      return [name, positives.map((n) => (n === 0 || n === counts.train ? 1 : (counts.train - n) / n))] as const;
    }),
  );
}
