import { targetKindOf } from "../../features/index.js";
import type { ForecastPlan } from "./plan-forecast.js";

/** A column that is forecast, and where its values are. */
export interface ForecastColumn {
  /** Of the CSV: the column's name, or `<target>:<column>` where another is called so. */
  readonly head: string;
  readonly column: string;
  readonly target: string;
  /** Its place among the target's columns, and how many those are. */
  readonly k: number;
  readonly width: number;
}

export function forecastColumns({ targets }: Pick<ForecastPlan, "targets">): readonly ForecastColumn[] {
  const all = targets.flatMap((target) => {
    const columns = targetKindOf(target).columnsOf(target);
    return columns.map((column, k) => ({ column, target: target.name, k, width: columns.length }));
  });
  const taken = ["time", "id", ...all.map(({ column }) => column)];
  return all.map((one) => ({ ...one, head: taken.filter((name) => name === one.column).length > 1 ? `${one.target}:${one.column}` : one.column }));
}

/** `y`, `y.lower`, `y.upper`; of several levels `y.lower80`, `y.upper80`, `y.lower95`, … */
export function headOf({ head }: Pick<ForecastColumn, "head">, levels: readonly number[]): readonly string[] {
  const name = (level: number) => (levels.length === 1 ? "" : String(Number((100 * level).toPrecision(12))));
  return [head, ...levels.flatMap((level) => [`${head}.lower${name(level)}`, `${head}.upper${name(level)}`])];
}
