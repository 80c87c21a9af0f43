import type { TrainingConfig } from "../../contract/training.js";
import type { FittedTarget } from "../../features/fitted.js";
import { targetKindOf } from "../../features/index.js";

/** A column that is forecast, and the targets whose forecast of it is nearest to the middle of what may come, each with the column's place in it. */
export interface CentralForecasts {
  readonly column: string;
  readonly targets: readonly { readonly name: string; readonly k: number }[];
  /** All targets that forecast it. */
  readonly of: readonly string[];
}

/**
 * Which forecasts stand for a column where it is the past of later ones. Targets that learnt a quantile forecast what is too low or too high, and so would all
 * that follows be: those nearest to the median count, and a mean is in the middle. Where losses are not known, all do.
 */
export function centralForecasts(targets: readonly FittedTarget[], losses: TrainingConfig["losses"] | undefined): readonly CentralForecasts[] {
  const found = new Map<string, { readonly name: string; readonly k: number; readonly off: number }[]>();
  for (const target of targets) {
    const quantile = losses?.[target.name]?.["quantile"];
    const off = typeof quantile === "number" ? Number(Math.abs(quantile - 0.5).toFixed(9)) : 0;
    targetKindOf(target)
      .columnsOf(target)
      .forEach((column, k) => found.set(column, [...(found.get(column) ?? []), { name: target.name, k, off }]));
  }
  return [...found].map(([column, all]) => {
    const least = Math.min(...all.map(({ off }) => off));
    return { column, targets: all.filter(({ off }) => off === least).map(({ name, k }) => ({ name, k })), of: all.map(({ name }) => name) };
  });
}

/** The median; of an even number of values the mean of the two in the middle. NaN where one is. */
export function middleOf(values: readonly number[]): number {
  const [only] = values;
  if (only !== undefined && values.length === 1) return only;
  if (values.some(Number.isNaN)) return NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (place: number) => sorted[place] ?? NaN;
  return (at(Math.floor((sorted.length - 1) / 2)) + at(Math.ceil((sorted.length - 1) / 2))) / 2;
}
