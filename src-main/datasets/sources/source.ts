import type { LatheError } from "../../base/errors.js";

/** What a column holds, as the file tells. `text` may still be numbers: a CSV is all text. */
export type ColumnKind = "text" | "number" | "boolean" | "time" | "other";

export interface SourceColumn {
  /** As in the file. */
  readonly name: string;
  /** What DuckDB calls it: c0, c1, … */
  readonly sql: string;
  readonly kind: ColumnKind;
}

/** A table file that can be read any number of times, in the file's order. */
export interface Source {
  readonly path: string;
  readonly format: "csv" | "parquet" | "json";
  /** Bytes on disk. */
  readonly size: number;
  /** A FROM item whose columns are c0, c1, … */
  readonly relation: string;
  readonly columns: readonly SourceColumn[];
  readonly warnings: readonly string[];
  /** What a failed reading means to the user; a fault of ours is thrown as it came. */
  explain(error: unknown): Promise<LatheError>;
}

/** What counts as a missing value in a column of numbers, in lower case. */
const MISSING_WORDS = ["", "na", "n/a", "nan", "null", "none", "-", "?"];

/** `column` as text without outer blanks; an empty text is missing. Whole floating-point numbers are written without `.0`, as in a CSV. */
export function textOf({ sql, kind }: SourceColumn): string {
  if (kind === "text" || kind === "other") return `nullif(trim(CAST(${sql} AS VARCHAR), ' ' || chr(9)), '')`;
  if (kind !== "number") return `CAST(${sql} AS VARCHAR)`;
  const x = `CAST(${sql} AS DOUBLE)`;
  return `CASE WHEN isnan(${x}) THEN NULL WHEN ${x} = trunc(${x}) AND abs(${x}) < 1e15 THEN CAST(CAST(${x} AS BIGINT) AS VARCHAR) ELSE CAST(${sql} AS VARCHAR) END`;
}

/** `column` as DOUBLE, missing as NULL. A text that is no number fails the query. */
export function numberOf(column: SourceColumn): string {
  const { sql, kind } = column;
  if (kind === "number" || kind === "boolean") return withoutNaN(`CAST(${sql} AS DOUBLE)`);
  if (kind === "text") return withoutNaN(`coalesce(TRY_CAST(${sql} AS DOUBLE), CASE WHEN ${isMissing(sql)} THEN NULL ELSE error('a text among numbers') END)`);
  return `CASE WHEN ${sql} IS NULL THEN NULL ELSE error('a text among numbers') END`;
}

/** True where `column` holds something that is neither a number nor missing. */
export function isNoNumber({ sql, kind }: SourceColumn): string {
  if (kind === "number" || kind === "boolean") return "false";
  if (kind === "text") return `(TRY_CAST(${sql} AS DOUBLE) IS NULL AND NOT ${isMissing(sql)})`;
  return `(${sql} IS NOT NULL)`;
}

/** `column` as microseconds since 1970 or as the number it holds, for ordering by time; NULL where it is neither. */
export function timeOf({ sql, kind }: SourceColumn): string {
  if (kind === "number" || kind === "boolean") return withoutNaN(`CAST(${sql} AS DOUBLE)`);
  const stamp = `CAST(epoch_us(TRY_CAST(${sql} AS TIMESTAMP)) AS DOUBLE)`;
  return kind === "text" ? `coalesce(TRY_CAST(${sql} AS DOUBLE), ${stamp})` : stamp;
}

function isMissing(sql: string): string {
  return `(${sql} IS NULL OR lower(trim(${sql}, ' ' || chr(9))) IN (${MISSING_WORDS.map((w) => `'${w}'`).join(", ")}))`;
}

function withoutNaN(x: string): string {
  return `CASE WHEN isnan(${x}) THEN NULL ELSE ${x} END`;
}
