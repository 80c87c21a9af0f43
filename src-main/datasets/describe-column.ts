import type { Database } from "./sources/database.js";
import { countTexts } from "./statistics.js";

/** Bars of a histogram, and texts that are counted by name. */
const BINS = 20;
const NAMED = 20;
const SQUARABLE = 1e150;

/** Numbers at a glance. */
export interface NumberSummary {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  /** The population's; absent where squares are beyond what a double can hold. */
  readonly deviation?: number;
  /** Counts between equally spaced edges from min to max; the last bin holds max. */
  readonly histogram: { readonly edges: readonly number[]; readonly counts: readonly number[] };
}

/** @param x SQL of the number. @returns nothing where there is no number. */
export async function describeNumbers(database: Database, x: string, table: string): Promise<NumberSummary | undefined> {
  const { min, max, mean, deviation } = await database.one(
    `SELECT min(${x}) AS min, max(${x}) AS max, favg(${x}) AS mean, stddev_pop(CASE WHEN abs(${x}) < ${SQUARABLE} THEN ${x} END) AS deviation FROM ${table}`,
  );
  if (typeof min !== "number" || typeof max !== "number" || typeof mean !== "number") return undefined;
  const bins = min === max ? 1 : BINS;
  const counts = new Array<number>(bins).fill(0);
  // Halves, because max - min may be beyond what a double can hold.
  const place = `least(CAST(floor((${x} / 2 - ${min} / 2) / (${max} / 2 - ${min} / 2) * ${bins}) AS INTEGER), ${bins - 1})`;
  for (const { bin, n } of await database.all(`SELECT ${bins === 1 ? "0" : place} AS bin, count(*) AS n FROM ${table} WHERE ${x} IS NOT NULL GROUP BY 1`))
    counts[Number(bin)] = Number(n);
  return {
    min,
    max,
    mean,
    ...(typeof deviation === "number" && Math.max(-min, max) < SQUARABLE ? { deviation } : {}),
    histogram: { edges: Array.from({ length: bins + 1 }, (_, k) => min + (max - min) * (k / bins)), counts },
  };
}

/** @param text SQL of the text. @returns the most frequent texts. */
export async function describeTexts(
  database: Database,
  text: string,
  table: string,
): Promise<{ readonly values: readonly { readonly value: string; readonly rows: number }[] }> {
  const counts = await countTexts(database, text, `FROM ${table} WHERE true`, NAMED - 1);
  return { values: [...counts].map(([value, rows]) => ({ value, rows })) };
}
