import type { SeriesSourceSpec } from "../../contract/data.js";
import type { Database } from "../sources/database.js";
import { throwIfAborted } from "../throw-if-aborted.js";
import { type Shares, findCuts } from "./cuts.js";
import { type Grid, timesOf } from "./grid.js";
import type { GatheredRows } from "./gather.js";
import type { ValueColumn } from "./read-series.js";

/** A row for each series and slot, in order, with what is missing filled in. */
export interface FilledRows {
  /** A table of `k`, `slot`, `us`, `lu`, `extended`, and the values of the file, in order: `rowid` counts rows from 0. */
  readonly table: string;
  /** A table of `row` and of f0, f1, … by place among `open`: values that are filled in. */
  readonly fills: string;
  /** Columns of numbers in which values are missing. */
  readonly open: readonly ValueColumn[];
  readonly rows: number;
  /** Whether gaps have no rows. */
  readonly split: boolean;
}

export interface FillQuestion {
  readonly database: Database;
  readonly name: string;
  readonly gaps: SeriesSourceSpec["gaps"];
  readonly values: readonly ValueColumn[];
  readonly gathered: GatheredRows;
  readonly grid: Grid;
  /** µs: a value at or behind one of these fills nothing before it. Or the shares of a split, whose parts begin there. */
  readonly cuts: readonly number[] | Shares;
  readonly extend: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * Rows for gaps, and values for what is missing between the first and the last value that a column has in its series. Before a cut nothing is known of what
 * comes after it: there a line becomes the last value, whether or not any follows.
 */
export async function fill(question: FillQuestion): Promise<FilledRows> {
  const { database, name, gaps, values, gathered, extend, signal } = question;
  const table = `${name}_grid`;
  const nothing = values.map(({ sql }) => `NULL AS ${sql}`);
  const rows = [`SELECT k, slot, false AS extended${listed(values.map(({ sql }) => sql))} FROM ${gathered.table}`];
  if (gaps !== "split") rows.push(`SELECT k, unnest(range(a + 1, b)) AS slot, false AS extended${listed(nothing)} FROM ${gathered.gaps}`);
  if (extend > 0) rows.push(`SELECT k, unnest(range(b + 1, b + 1 + ${extend})) AS slot, true AS extended${listed(nothing)} FROM ${gathered.bounds}`);
  await database.exec(`CREATE TABLE ${table} AS SELECT * FROM (${rows.join(" UNION ALL BY NAME ")}) ORDER BY k, slot`);
  const numbers = values.filter(({ number }) => number);
  const count = await database.one(
    `SELECT count(*) AS n${listed(numbers.map(({ sql }) => `count(CASE WHEN NOT extended AND ${sql} IS NULL THEN 1 END) AS ${sql}`))} FROM ${table}`,
  );
  const open = numbers.filter(({ sql }) => Number(count[sql]) > 0);
  const fills = `${name}_fills`;
  const long = `${name}_fill`;
  await database.exec(`CREATE TABLE ${long} (row BIGINT, j INTEGER, x DOUBLE)`);
  if (gaps !== "split" && open.length > 0) {
    const cuts = await cutsOf(question, table);
    for (const [j, { sql }] of open.entries()) {
      throwIfAborted(signal);
      await fillColumn({ ...question, cuts }, { table, long, sql, j });
    }
  }
  await database.exec(
    `CREATE TABLE ${fills} AS SELECT row${listed(open.map((_, j) => `max(CASE WHEN j = ${j} THEN x END) AS f${j}`))} FROM ${long} GROUP BY row`,
  );
  await database.exec(`DROP TABLE ${long}`);
  return { table, fills, open, rows: Number(count["n"]), split: gaps === "split" };
}

async function cutsOf({ database, grid, cuts }: FillQuestion, table: string): Promise<readonly number[]> {
  if (!("validation" in cuts)) return cuts;
  const { validation, test } = await findCuts(database, `(SELECT ${timesOf(grid, "slot").us} AS series_time FROM ${table} WHERE NOT extended)`, cuts);
  return [...new Set([validation, test])].filter(Number.isFinite);
}

async function fillColumn(
  { database, name, gaps, grid, cuts }: FillQuestion & { readonly cuts: readonly number[] },
  { table, long, sql, j }: { readonly table: string; readonly long: string; readonly sql: string; readonly j: number },
): Promise<void> {
  const part = (slot: string) => (cuts.length === 0 ? "0" : cuts.map((cut) => `CAST(${timesOf(grid, slot).us} >= ${cut} AS INTEGER)`).join(" + "));
  // What is missing, and the rows beside it; those of another series are told by k.
  const missing = `${name}_missing`;
  await database.exec(`CREATE TABLE ${missing} AS SELECT rowid AS row FROM ${table} WHERE ${sql} IS NULL AND NOT extended`);
  const near =
    `(SELECT rowid AS row, k, slot, ${part("slot")} AS part, ${sql} AS x FROM ${table} WHERE NOT extended AND (${sql} IS NULL ` +
    `OR rowid IN (SELECT row + 1 FROM ${missing}) OR rowid IN (SELECT row - 1 FROM ${missing})))`;
  const known = "CASE WHEN x IS NOT NULL THEN slot END";
  const before = "last_value(X IGNORE NULLS) OVER (PARTITION BY k ORDER BY slot ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)";
  const behind = "first_value(X IGNORE NULLS) OVER (PARTITION BY k, part ORDER BY slot ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING)";
  const line = gaps === "forward" ? "p" : "p + (q - p) * ((slot - ps) / (qs - ps))";
  // Whether the series goes on behind the next cut.
  const goesOn = cuts.length === 0 ? "false" : `(SELECT max(l.part) FROM ${name}_parts AS l WHERE l.k = w.k) > part`;
  if (cuts.length > 0) await database.exec(`CREATE TABLE ${name}_parts AS SELECT k, ${part("b")} AS part FROM ${name}_bounds`);
  await database.exec(
    `INSERT INTO ${long} SELECT row, ${j}, y FROM (SELECT row, CASE WHEN p IS NULL THEN NULL WHEN q IS NOT NULL THEN ${line} WHEN ${goesOn} THEN p ` +
      `END AS y FROM ` +
      `(SELECT row, k, slot, part, x, ${before.replace("X", "x")} AS p, ${before.replace("X", known)} AS ps, ${behind.replace("X", "x")} AS q, ` +
      `${behind.replace("X", known)} AS qs FROM ${near}) AS w WHERE x IS NULL) WHERE y IS NOT NULL`,
  );
  await database.exec(`DROP TABLE ${missing}${cuts.length > 0 ? `; DROP TABLE ${name}_parts` : ""}`);
}

function listed(columns: readonly string[]): string {
  return columns.map((sql) => `, ${sql}`).join("");
}
