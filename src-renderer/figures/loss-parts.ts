import type { EpochEvent } from "../../src-main/contract/events.js";
import type { Part } from "./epoch-columns.js";

/** A target's say in the combined loss of an epoch: `factor · loss`. */
export interface LossPart {
  readonly target: string;
  readonly loss: number;
  /** What its loss was multiplied by. */
  readonly factor: number;
  readonly weighted: number;
}

export interface LossSum {
  readonly total: number;
  readonly parts: readonly LossPart[];
  /** What the total has beside the parts, such as what learned uncertainties cost; 0 where that is no more than rounding. */
  readonly rest: number;
}

/** Float32 sums of many steps agree with their parts to about so many of the total. */
const ROUNDING = 1e-4;

/**
 * The combined loss of an epoch as the sum of its weighted parts: total = Σ factor · loss + rest.
 * @param weights of the targets, as the run's settings have them: the factors where losses are summed as they are, unless the epoch tells them itself
 * @returns undefined where the epoch has no such loss, or does not tell its factors
 */
export function lossSum(
  epoch: EpochEvent,
  part: Part,
  weights: readonly { readonly name: string; readonly weight: number }[],
  combine: string,
): LossSum | undefined {
  const values = epoch[part];
  const total = values["loss"];
  if (typeof total !== "number") return undefined;
  const sum = weights.reduce((all, { weight }) => all + weight, 0);
  const parts: LossPart[] = [];
  for (const { name, weight } of weights) {
    const loss = values[`${name}.loss`];
    const factor = values[`${name}.weight`] ?? (combine === "sum" ? weight : combine === "average" ? weight / sum : undefined);
    if (typeof loss !== "number" || typeof factor !== "number") return undefined;
    parts.push({ target: name, loss, factor, weighted: factor * loss });
  }
  const rest = total - parts.reduce((all, { weighted }) => all + weighted, 0);
  const scale = Math.max(Math.abs(total), ...parts.map(({ weighted }) => Math.abs(weighted)));
  return { total, parts, rest: Math.abs(rest) <= ROUNDING * scale ? 0 : rest };
}
