import { defined } from "../base/assert.js";
import type { ColumnWords } from "../features/spelling.js";
import { LatheError } from "../base/errors.js";
import { settingTo } from "../contract/source-settings.js";
import { decideWords } from "./column-words.js";
import { findColumn } from "./roles.js";
import { shorten } from "./shorten.js";
import type { Database, Row } from "./sources/database.js";
import { type Decimal, isEitherComma, isNumber } from "./sources/decimal.js";
import { DatabaseError, saidBy } from "./sources/library-errors.js";
import { NO_NUMBER, type Source, TIME, type Wanted, converted, inOneSpelling, isRefused } from "./sources/source.js";

/** A source read once into a DuckDB table, numbers as DOUBLE and texts as VARCHAR, in the file's order: `rowid` counts rows from 0. */
export interface Staged {
  readonly source: Source;
  readonly table: string;
  readonly rows: number;
  /** SQL of a column read as numbers; NULL is missing. */
  readonly number: (column: string) => string;
  /** SQL of a column read as text, each value in one spelling; NULL is missing. */
  readonly text: (column: string) => string;
  /** How columns of texts are read. */
  readonly words: ReadonlyMap<string, ColumnWords>;
}

/** SQL of a column as a kind of input or target reads its cells; NULL is missing. */
export function cellOf({ number, text }: Staged, { cells }: { readonly cells: "number" | "text" }, column: string): string {
  return cells === "number" ? number(column) : text(column);
}

/**
 * @param like the table whose texts decided how texts are read; omitted, these do.
 * @throws LatheError `data.ragged`, `data.value` (row, column, value), `data.unreadable`, `data.empty`
 */
export async function stage(database: Database, source: Source, table: string, wanted: Wanted, like?: Staged): Promise<Staged> {
  try {
    await database.exec(`CREATE TABLE ${table} AS SELECT * FROM ${convertedRows(source, wanted)}`);
  } catch (error) {
    throw await explainReading(database, source, wanted.numbers, error);
  }
  const rows = Number((await database.one(`SELECT count(*) AS n FROM ${table}`))["n"]);
  if (rows === 0) throw new LatheError("data.empty", `${source.path} has a header but no rows, expected at least one`, { path: source.path });
  const words = await wordsOfTexts(database, source, table, wanted, like);
  const staged: Staged = {
    source,
    table,
    rows,
    number: (name) => `n${indexOf(wanted.numbers, name)}`,
    text: (name) => inOneSpelling(`t${indexOf(wanted.texts, name)}`, words.get(name)),
    words,
  };
  if (wanted.time !== undefined) await refuseTimeless(database, staged, wanted.time);
  return staged;
}

async function wordsOfTexts(
  database: Database,
  source: Source,
  table: string,
  wanted: Wanted,
  like: Staged | undefined,
): Promise<ReadonlyMap<string, ColumnWords>> {
  const texts = wanted.texts.flatMap((name, k) => {
    const column = source.columns.find((c) => c.name === name);
    const plain = column !== undefined && ["text", "boolean", "number"].includes(column.kind);
    return plain && !column.before ? [{ name, sql: `t${k}`, words: like ? like.words.get(name) : column.words }] : [];
  });
  const open = texts.filter(({ words }) => like !== undefined || words === undefined);
  const decided = await decideWords(
    database,
    open.map(({ sql }) => sql),
    table,
    open.map(({ words }) => words),
  );
  const fresh = new Map(open.map(({ name }, k) => [name, decided[k]]));
  return new Map(
    texts.flatMap(({ name, words }) => {
      const own = fresh.get(name) ?? words;
      return own ? [[name, own] as const] : [];
    }),
  );
}

/** The wanted columns of a source, converted. @param tells `REFUSED` values instead of failing. @throws LatheError `data.column` */
export function convertedRows(source: Source, wanted: Wanted, tells = false): string {
  const column = (name: string) => findColumn(source, name, "data.column", "the table");
  return converted(source, wanted.numbers.map(column), wanted.texts.map(column), {
    time: wanted.time === undefined ? undefined : column(wanted.time),
    lists: (wanted.lists ?? []).map(column),
    tells,
  });
}

/** A failed reading as what the user can mend. @param served a model was trained already: what its columns are cannot be changed. */
export async function explainReading(database: Database, source: Source, numbers: readonly string[], error: unknown, served = false): Promise<LatheError> {
  if (error instanceof LatheError && !(error instanceof DatabaseError && error.aboutFile)) return error;
  if (!saidBy(error).includes(NO_NUMBER)) return source.explain(error);
  const columns = numbers.map((name) => findColumn(source, name, "data.column", "the table"));
  const values = columns.map((c, k) => `CASE WHEN ${isRefused(c)} THEN CAST(${c.sql} AS VARCHAR) END AS v${k}`);
  try {
    const [bad] = await database.all(
      `SELECT * FROM (SELECT row_number() OVER () AS row_number, ${values.join(", ")} FROM ${source.relation}) ` +
        `WHERE coalesce(${columns.map((_, k) => `v${k}`).join(", ")}) IS NOT NULL ORDER BY row_number LIMIT 1`,
    );
    if (bad) return noNumber(source, numbers, bad, served);
  } catch (again) {
    if (again instanceof DatabaseError && !again.aboutFile) return again;
    return source.explain(again);
  }
  return source.explain(error);
}

function noNumber(source: Source, numbers: readonly string[], bad: Row, served: boolean): LatheError {
  const k = numbers.findIndex((_, i) => bad[`v${i}`] !== null);
  const [row, column, value] = [bad["row_number"], numbers[k], String(bad[`v${k}`])];
  return new LatheError("data.value", `${source.path}, row ${row}, ${tellNoNumber(source, column, value, served)}`, { path: source.path, row, column, value });
}

/** `column "a": got "x", expected a number or nothing; …`. @param served as in `explainReading` */
export function tellNoNumber(source: Source, column: string | undefined, value: string, served: boolean): string {
  const { decimal = ".", kind } = source.columns.find((c) => c.name === column) ?? {};
  return (
    `column "${column}": got "${shorten(value)}", ` +
    `expected ${kind === "other" ? "a number; exclude the column: it holds structures, lists or bytes" : expected(value, decimal, served)}`
  );
}

function expected(value: string, decimal: Decimal, served: boolean): string {
  if (isNumber(value, decimal) || /^\s*[+-]?inf(inity)?\s*$/i.test(value)) return "a finite number or nothing; mend the value or leave it empty";
  if (decimal === "," && isNumber(value, ".")) {
    return `a number with a decimal comma or nothing; write it with a comma, or set ${settingTo("decimal", ".")} if the whole file has decimal points`;
  }
  if (decimal === "." && isEitherComma(value)) {
    return `a number or nothing; take the comma between thousands out, or set ${settingTo("decimal", ",")} if it is a decimal comma`;
  }
  if (decimal === "." && isNumber(value, ",")) {
    return `a number with a decimal point or nothing; write it with a point, or set ${settingTo("decimal", ",")} if the whole file has decimal commas`;
  }
  if (served) return "a number or nothing; mend the value or leave it empty";
  return "a number or nothing; mend the value, count such values as missing (source.missing), make the column a category, or exclude it";
}

async function refuseTimeless(database: Database, staged: Staged, time: string): Promise<void> {
  const [bad] = await database.all(`SELECT rowid + 1 AS "row" FROM ${staged.table} WHERE ${TIME} IS NULL ORDER BY rowid LIMIT 1`);
  if (bad) {
    throw new LatheError(
      "data.value",
      `${staged.source.path}, row ${bad["row"]}, column "${time}": no time there, expected a number or a date such as 2024-05-31 or 2024-05-31 13:45:00`,
      { path: staged.source.path, row: bad["row"], column: time },
    );
  }
}

function indexOf(names: readonly string[], name: string): number {
  const k = names.indexOf(name);
  return defined(k < 0 ? undefined : k, `column ${name}`);
}
