import type { Draft } from "./draft.js";

/** How much a target's loss counts beside those of the others. */
export interface TargetWeight {
  readonly name: string;
  readonly weight: number;
  /** Of all weights; 0 where a weight is no positive number, which the project is told of. */
  readonly share: number;
}

export function targetWeights({ data, training }: Pick<Draft, "data" | "training">): readonly TargetWeight[] {
  const weights = data.targets.map(({ name }) => ({ name, weight: weightOf(training.losses?.[name]?.["weight"]) }));
  const sum = weights.reduce((total, { weight }) => total + Math.max(0, weight), 0);
  return weights.map((one) => ({ ...one, share: sum > 0 && one.weight > 0 ? one.weight / sum : 0 }));
}

function weightOf(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 1;
}

/**
 * The weight that gives a target this share while the others keep theirs, in three digits: w = share · Σ others / (1 − share).
 * @param share above 0 and below 1
 */
export function weightForShare(weights: readonly TargetWeight[], target: string, share: number): number {
  const others = weights.reduce((sum, { name, weight }) => (name === target ? sum : sum + Math.max(0, weight)), 0);
  return Number(((share * others) / (1 - share)).toPrecision(3));
}
