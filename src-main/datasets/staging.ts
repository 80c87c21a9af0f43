import { defined } from "../base/assert.js";
import { LatheError } from "../base/errors.js";
import { findColumn, type Roles } from "./roles.js";
import type { Database, Row } from "./sources/database.js";
import { type Source, isNoNumber, numberOf, textOf, timeOf } from "./sources/source.js";

/** A source read once into a DuckDB table, numbers as DOUBLE and texts as VARCHAR, in the file's order: `rowid` counts rows from 0. */
export interface Staged {
  readonly source: Source;
  readonly table: string;
  readonly rows: number;
  /** SQL of a column read as numbers; NULL is missing. */
  number(column: string): string;
  /** SQL of a column read as text; NULL is missing. */
  text(column: string): string;
}

/** What of the roles a staged table holds; a table to predict on may lack targets. */
export type Wanted = Pick<Roles, "numbers" | "texts" | "time">;

/** SQL of the staged column that orders rows by time. */
export const TIME = "time_order";

/**
 * @throws LatheError `data.ragged`, `data.value` (row, column, value), `data.unreadable`, `data.empty`
 */
export async function stage(database: Database, source: Source, table: string, wanted: Wanted): Promise<Staged> {
  const column = (name: string) => findColumn(source, name, "data.column", "the table");
  const selected = [
    ...wanted.numbers.map((name, k) => `${numberOf(column(name))} AS n${k}`),
    ...wanted.texts.map((name, k) => `${textOf(column(name))} AS t${k}`),
    ...(wanted.time === undefined ? [] : [`${timeOf(column(wanted.time))} AS ${TIME}`]),
  ];
  try {
    await database.exec(`CREATE TABLE ${table} AS SELECT ${selected.join(", ")} FROM ${source.relation}`);
  } catch (error) {
    throw await explainReading(database, source, wanted.numbers, error);
  }
  const rows = Number((await database.one(`SELECT count(*) AS n FROM ${table}`))["n"]);
  if (rows === 0) throw new LatheError("data.empty", `${source.path} has a header but no rows, expected at least one`, { path: source.path });
  const staged: Staged = {
    source, table, rows,
    number: (name) => `n${indexOf(wanted.numbers, name)}`,
    text: (name) => `t${indexOf(wanted.texts, name)}`,
  };
  await refuseInfinite(database, staged, wanted.numbers);
  if (wanted.time !== undefined) await refuseTimeless(database, staged, wanted.time);
  return staged;
}

/** A failed reading as what the user can mend. */
export async function explainReading(database: Database, source: Source, numbers: readonly string[], error: unknown): Promise<LatheError> {
  if (error instanceof LatheError) return error;
  if (!String(error).includes("a text among numbers")) return source.explain(error);
  const columns = numbers.map((name) => findColumn(source, name, "data.column", "the table"));
  const values = columns.map((c, k) => `CASE WHEN ${isNoNumber(c)} THEN CAST(${c.sql} AS VARCHAR) END AS v${k}`);
  try {
    const [bad] = await database.all(
      `SELECT * FROM (SELECT row_number() OVER () AS row_number, ${values.join(", ")} FROM ${source.relation}) `
      + `WHERE coalesce(${columns.map((_, k) => `v${k}`).join(", ")}) IS NOT NULL ORDER BY row_number LIMIT 1`);
    if (bad) return textAmongNumbers(source, numbers, bad);
  } catch (again) {
    return source.explain(again);
  }
  return source.explain(error);
}

function textAmongNumbers(source: Source, numbers: readonly string[], bad: Row): LatheError {
  const k = numbers.findIndex((_, i) => bad[`v${i}`] !== null);
  const [row, column, value] = [bad["row_number"], numbers[k], String(bad[`v${k}`])];
  return new LatheError("data.value", `${source.path}, row ${row}, column "${column}": got "${shorten(value)}", expected a number or nothing; `
    + "mend the value, or make the column a category or leave it out", { path: source.path, row, column, value });
}

async function refuseInfinite(database: Database, staged: Staged, numbers: readonly string[]): Promise<void> {
  if (numbers.length === 0) return;
  // The largest float32; the model computes in float32.
  const tooLarge = (k: number) => `abs(n${k}) > 3.4028234663852886e38`;
  const found = await database.one(`SELECT ${numbers.map((_, k) => `bool_or(${tooLarge(k)}) AS b${k}`).join(", ")} FROM ${staged.table}`);
  const k = numbers.findIndex((_, i) => found[`b${i}`] === true);
  if (k < 0) return;
  const { row, value } = await database.one(`SELECT rowid + 1 AS "row", n${k} AS "value" FROM ${staged.table} WHERE ${tooLarge(k)} ORDER BY rowid LIMIT 1`);
  throw new LatheError("data.value", `${staged.source.path}, row ${row}, column "${numbers[k]}": got ${value}, expected a finite number; mend the value or leave it empty`,
    { path: staged.source.path, row, column: numbers[k], value: String(value) });
}

async function refuseTimeless(database: Database, staged: Staged, time: string): Promise<void> {
  const [bad] = await database.all(`SELECT rowid + 1 AS "row" FROM ${staged.table} WHERE ${TIME} IS NULL ORDER BY rowid LIMIT 1`);
  if (bad) {
    throw new LatheError("data.value", `${staged.source.path}, row ${bad["row"]}, column "${time}": no time there, expected a number or a date such as 2024-05-31 or 2024-05-31 13:45:00`,
      { path: staged.source.path, row: bad["row"], column: time });
  }
}

function indexOf(names: readonly string[], name: string): number {
  const k = names.indexOf(name);
  return defined(k < 0 ? undefined : k, `column ${name}`);
}

/** A value as a message shows it. */
export function shorten(value: string): string {
  return value.length <= 60 ? value : `${value.slice(0, 57)}...`;
}
