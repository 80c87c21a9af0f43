import { LatheError } from "../../base/errors.js";
import { namedSetting } from "../../contract/source-settings.js";
import type { SeriesSourceSpec } from "../../contract/data.js";
import type { SeriesDecision } from "../../contract/series.js";
import { findColumn } from "../roles.js";
import { shorten } from "../shorten.js";
import type { Database } from "../sources/database.js";
import { type Source, type SourceColumn, castNumber, isNoNumber, numberOf, textOf } from "../sources/source.js";
import { explainReading } from "../staging.js";

/** A column of values, and what it is called in the tables that the regular one is made of. */
export interface ValueColumn {
  readonly name: string;
  /** v0, v1, … */
  readonly sql: string;
  readonly number: boolean;
  readonly column: SourceColumn;
}

/** The file's rows in a table: `r` the row from 0, `i` the id's text, `t` the time, and the values. */
export interface ReadRows {
  readonly table: string;
  readonly rows: number;
  readonly values: readonly ValueColumn[];
  readonly time?: SourceColumn;
  /** DuckDB's type of the column of times. */
  readonly timeType?: string;
  readonly id?: SourceColumn;
  readonly notes: readonly string[];
}

export interface ReadQuestion {
  readonly database: Database;
  readonly source: Source;
  readonly spec: SeriesSourceSpec;
  /** Begins the names of tables. */
  readonly name: string;
  readonly like: SeriesDecision | undefined;
  /** How columns that the project names are read. */
  readonly cells: ReadonlyMap<string, "number" | "text">;
}

/** Columns that are looked at in one pass. */
const AT_ONCE = 50;
/** A column with so many numbers among its values is one of numbers, but for some. */
const MOSTLY = 0.8;

/** @throws LatheError `data.column`, `data.empty`, `data.value` for a value that is no number, and what reading the file throws */
export async function readRows(question: ReadQuestion): Promise<ReadRows> {
  const { database, source, spec, name } = question;
  const named = (column: string | undefined, what: string) => (column === undefined ? undefined : findColumn(source, column, "data.column", what));
  const time = named(spec.time, namedSetting("time"));
  const id = named(spec.id, namedSetting("id"));
  if (time !== undefined && time === id)
    throw new LatheError("data.column", `${namedSetting("time")} and ${namedSetting("id")} both name "${time.name}", expected two columns`);
  for (const column of spec.known ?? []) named(column, namedSetting("known"));
  const raw = `${name}_raw`;
  try {
    await database.exec(`CREATE TABLE ${raw} AS SELECT ${source.columns.map(({ sql }) => sql).join(", ")} FROM ${source.relation}`);
  } catch (error) {
    throw await explainReading(database, source, [], error);
  }
  const rows = Number((await database.one(`SELECT count(*) AS n FROM ${raw}`))["n"]);
  if (rows === 0) throw new LatheError("data.empty", `${source.path} has a header but no rows, expected at least one`, { path: source.path });
  const read: Source = { ...source, relation: raw };
  const others = source.columns.filter((column) => column !== time && column !== id);
  const notes: string[] = [];
  const numeric = await findNumbers(question, read, others, notes);
  const values = others.map((column, k): ValueColumn => ({ name: column.name, sql: `v${k}`, number: numeric.has(column.name), column }));
  const typed = time && time.kind === "time";
  const selected = [
    "rowid AS r",
    `${id ? textOf(id) : "''"} AS i`,
    `${time ? (typed ? time.sql : textOf(time)) : "NULL"} AS t`,
    ...values.map(({ column, sql, number }) => `${number ? numberSql(column) : column.sql} AS ${sql}`),
  ];
  const table = `${name}_read`;
  try {
    const checked = values.map(({ sql, number }) => (number ? `${finite(sql)} AS ${sql}` : sql));
    await database.exec(`CREATE TABLE ${table} AS SELECT ${["r", "i", "t", ...checked].join(", ")} FROM (SELECT ${selected.join(", ")} FROM ${raw})`);
  } catch (error) {
    throw await explainReading(
      database,
      read,
      values.filter(({ number }) => number).map((column) => column.name),
      error,
    );
  }
  const timeType = time && String((await database.all(`DESCRIBE SELECT t FROM ${table}`))[0]?.["column_type"]);
  if (id) await tellIds(question, id, raw, notes);
  await database.exec(`DROP TABLE ${raw}`);
  return { table, rows, values, notes, ...(time ? { time } : {}), ...(timeType === undefined ? {} : { timeType }), ...(id ? { id } : {}) };
}

/** True where a text is nothing but digits, with a sign or decimals, or where there is none. */
function isPlain({ sql, decimal }: SourceColumn): string {
  return `coalesce(regexp_full_match(${sql}, '[+-]?[0-9]+([${decimal ?? "."}][0-9]+)?'), true)`;
}

/** A column's number; plain ones go without the patterns that find others. */
function numberSql(column: SourceColumn): string {
  const { sql, kind, decimal } = column;
  if (kind !== "text") return castNumber(column);
  const plain = decimal === "," ? { ...column, sql: `replace(${sql}, ',', '.')`, decimal: "." as const } : column;
  return `CASE WHEN ${isPlain(column)} THEN ${numberOf({ ...plain, plain: true })} ELSE ${castNumber(column)} END`;
}

/** NaN is missing, and infinity no number. */
function finite(x: string): string {
  return `CASE WHEN isnan(${x}) THEN NULL WHEN isinf(${x}) THEN error('a value that is no number') ELSE ${x} END`;
}

/** Which columns hold numbers. Those that the project reads as numbers do, come what may. */
async function findNumbers(
  { database, like, cells }: ReadQuestion,
  source: Source,
  columns: readonly SourceColumn[],
  notes: string[],
): Promise<ReadonlySet<string>> {
  const numbers = new Set<string>();
  const open: SourceColumn[] = [];
  const known = new Map(like?.columns.map(({ name, number }) => [name, number]));
  for (const column of columns) {
    const decided = cells.get(column.name) ?? (known.has(column.name) ? (known.get(column.name) === true ? "number" : "text") : undefined);
    if (decided === "number" || (decided === undefined && (column.kind === "number" || column.kind === "boolean"))) numbers.add(column.name);
    else if (decided === undefined && column.kind === "text") open.push(column);
  }
  for (let from = 0; from < open.length; from += AT_ONCE) {
    const some = open.slice(from, from + AT_ONCE);
    // Only few values are no plain numbers; the others go without the patterns.
    const row = await database.one(
      `SELECT ${some
        .map(
          (_, k) =>
            `count(s${k}) AS all${k}, count(CASE WHEN b${k} THEN 1 END) AS b${k}, min(CASE WHEN b${k} THEN r END) + 1 AS r${k}, ` +
            `arg_min(s${k}, CASE WHEN b${k} THEN r END) AS s${k}`,
        )
        .join(", ")} FROM (SELECT rowid AS r, ${some
        .map((column, k) => `${column.sql} AS s${k}, CASE WHEN ${isPlain(column)} THEN false ELSE ${isNoNumber(column)} END AS b${k}`)
        .join(", ")} FROM ${source.relation})`,
    );
    some.forEach((column, k) => {
      const [all, bad] = [Number(row[`all${k}`]), Number(row[`b${k}`])];
      if (bad === 0) numbers.add(column.name);
      else if (all - bad >= all * MOSTLY)
        notes.push(
          `column "${column.name}" of ${source.path} is one of texts, since ${bad} of its values ${bad === 1 ? "is no number" : "are no numbers"}, such as ` +
            `"${shorten(String(row[`s${k}`]))}" in row ${row[`r${k}`]}; mend them or count them as missing (source.missing) to use it as numbers`,
        );
    });
  }
  return numbers;
}

/** Ids that differ only by blanks are one; those that differ only in case, or by blanks inside, are not. */
async function tellIds({ database, source }: ReadQuestion, id: SourceColumn, raw: string, notes: string[]): Promise<void> {
  const where = `column "${id.name}" of ${source.path}`;
  const [blank] = await database.all(
    `SELECT count(*) OVER () AS ids, i, n FROM (SELECT i, count(*) AS n FROM (SELECT ${textOf(id)} AS i FROM ` +
      `(SELECT DISTINCT ${id.sql} FROM ${raw})) WHERE i IS NOT NULL GROUP BY i HAVING count(*) > 1) ORDER BY i LIMIT 1`,
  );
  if (blank && id.kind === "text") {
    const ids = Number(blank["ids"]);
    notes.push(
      `${where}: ${ids === 1 ? `"${String(blank["i"])}" is written` : `${ids} ids, such as "${String(blank["i"])}", are written`} in ${blank["n"]} ` +
        `ways that differ by ` +
        `blanks or the form of letters; they are one series`,
    );
  }
  const [cased] = await database.all(
    `SELECT count(*) OVER () AS ids, a, b FROM (SELECT min(i) AS a, max(i) AS b FROM (SELECT DISTINCT ${textOf(id)} AS i FROM ${raw}) ` +
      `WHERE i IS NOT NULL GROUP BY lower(regexp_replace(i, '\\s+', '', 'g')) HAVING count(*) > 1) ORDER BY a LIMIT 1`,
  );
  if (cased) {
    const more = Number(cased["ids"]) - 1;
    notes.push(
      `${where}: "${String(cased["a"])}" and "${String(cased["b"])}"${more === 0 ? "" : `, and ${more} more pair${more === 1 ? "" : "s"},`} differ ` +
        `only in case or blanks and are ` +
        `different series; write them in one way if they are not`,
    );
  }
}
