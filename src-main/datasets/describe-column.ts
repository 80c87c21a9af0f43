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

/** Columns described in one pass over the table. */
const AT_ONCE = 50;

/**
 * Columns of numbers at a glance, some at a time.
 * @param xs SQL of each. @returns by that SQL; nothing for one that holds no number.
 */
export async function describeNumbers(
  database: Database,
  xs: readonly string[],
  table: string,
  progress: (done: number) => void = () => undefined,
): Promise<ReadonlyMap<string, NumberSummary>> {
  const summaries = new Map<string, NumberSummary>();
  for (let from = 0; from < xs.length; from += AT_ONCE) {
    progress(from);
    for (const [x, summary] of await describeSome(database, xs.slice(from, from + AT_ONCE), table)) summaries.set(x, summary);
  }
  return summaries;
}

async function describeSome(database: Database, xs: readonly string[], table: string): Promise<readonly (readonly [string, NumberSummary])[]> {
  const row = await database.one(
    `SELECT ${xs
      .map(
        (x, k) =>
          `min(${x}) AS min${k}, max(${x}) AS max${k}, favg(${x}) AS mean${k}, stddev_pop(CASE WHEN abs(${x}) < ${SQUARABLE} THEN ${x} END) AS deviation${k}`,
      )
      .join(", ")} FROM ${table}`,
  );
  const found = xs.flatMap((x, k) => {
    const [min, max, mean, deviation] = [row[`min${k}`], row[`max${k}`], row[`mean${k}`], row[`deviation${k}`]];
    return typeof min === "number" && typeof max === "number" && typeof mean === "number" ? [{ x, min, max, mean, deviation }] : [];
  });
  if (found.length === 0) return [];
  // Halves, because max - min may be beyond what a double can hold.
  const place = ({ x, min, max }: { readonly x: string; readonly min: number; readonly max: number }) =>
    `CASE WHEN ${x} IS NOT NULL THEN least(CAST(floor((${x} / 2 - ${min} / 2) / (${max} / 2 - ${min} / 2) * ${BINS}) AS INTEGER), ${BINS - 1}) END`;
  const bins = found.map((column) => (column.min === column.max ? `CASE WHEN ${column.x} IS NOT NULL THEN 0 END` : place(column)));
  const counted = await database.one(`SELECT ${bins.map((bin, k) => `CAST(histogram(${bin}) AS VARCHAR) AS h${k}`).join(", ")} FROM ${table}`);
  return found.map(({ x, min, max, mean, deviation }, k) => {
    const counts = new Array<number>(min === max ? 1 : BINS).fill(0);
    for (const [, bin, n] of String(counted[`h${k}`]).matchAll(/(\d+)=(\d+)/g)) counts[Number(bin)] = Number(n);
    return [
      x,
      {
        min,
        max,
        mean,
        ...(typeof deviation === "number" && Math.max(-min, max) < SQUARABLE ? { deviation } : {}),
        histogram: { edges: Array.from({ length: counts.length + 1 }, (_, j) => min + (max - min) * (j / counts.length)), counts },
      },
    ] as const;
  });
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
