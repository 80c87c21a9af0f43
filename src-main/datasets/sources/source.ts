import type { LatheError } from "../../base/errors.js";
import { type Decimal, MISSING_WORDS, parsed } from "./decimal.js";

/**
 * What a column holds, as the file tells. `text` may still be numbers: a CSV is all text. `name` is a text as it is, blanks and all, as files and folders are
 * called.
 */
export type ColumnKind = "text" | "number" | "boolean" | "time" | "name" | "other";

export interface SourceColumn {
  /** As in the file. */
  readonly name: string;
  /** What DuckDB calls it: c0, c1, … */
  readonly sql: string;
  readonly kind: ColumnKind;
  /** How numbers are written, in a column of a delimited text. */
  readonly decimal?: Decimal;
}

/** A table file that can be read any number of times, in the file's order. */
export interface Source {
  readonly path: string;
  readonly format: "csv" | "parquet" | "json" | "xlsx" | "pictures";
  /** Bytes on disk. */
  readonly size: number;
  /** A FROM item whose columns are c0, c1, … */
  readonly relation: string;
  readonly columns: readonly SourceColumn[];
  readonly warnings: readonly string[];
  /** There where numbers have a decimal comma, in some column at least. */
  readonly decimal?: ",";
  /** Whether the first row is the header, where the file alone does not say so to whoever reads it next: a project should remember it. */
  readonly header?: boolean;
  /** What paths of pictures in its columns start from, those that are not absolute. */
  readonly root: string;
  /** A table of `path` and `reason`: pictures that are not to be used, by their path as a column has it. */
  readonly unused?: string;
  /** A table of `path`: pictures that are the validation, by their path as a column has it. */
  readonly validated?: string;
  /** What a failed reading means to the user; a fault of ours is thrown as it came. */
  explain(error: unknown): Promise<LatheError>;
}

/** `column` as text without outer blanks; an empty text is missing. Whole floating-point numbers are written without `.0`, as in a CSV. */
export function textOf({ sql, kind }: SourceColumn): string {
  if (kind === "text" || kind === "other") return `nullif(trim(CAST(${sql} AS VARCHAR), ' ' || chr(9)), '')`;
  if (kind !== "number") return `CAST(${sql} AS VARCHAR)`;
  const x = `CAST(${sql} AS DOUBLE)`;
  return (
    `CASE WHEN isnan(${x}) THEN NULL WHEN ${x} = trunc(${x}) AND abs(${x}) < 1e15 THEN CAST(CAST(${x} AS BIGINT) AS VARCHAR) ELSE CAST(${sql} AS ` +
    `VARCHAR) END`
  );
}

/** What DuckDB's error says where `converted` meets a value that is no number; then the row is looked for. */
export const NO_NUMBER = "a value that is no number";

/** The largest float32: the model computes in float32. */
const LARGEST = "3.4028234663852886e38";

/** Which columns are read as what, each once. */
export interface Wanted {
  readonly numbers: readonly string[];
  readonly texts: readonly string[];
  /** The column that orders the rows. */
  readonly time?: string;
}

/** SQL of the column that orders rows by time. */
export const TIME = "time_order";

/** A FROM item with `numbers` as DOUBLE n0, n1, … and `texts` as VARCHAR t0, t1, …, missing as NULL. A value that is no finite number fails the query. */
export function converted({ relation }: Source, numbers: readonly SourceColumn[], texts: readonly SourceColumn[], time?: SourceColumn): string {
  const inner = [
    ...numbers.map((c, k) => `${castNumber(c)} AS n${k}`),
    ...texts.map((c, k) => `${textOf(c)} AS t${k}`),
    ...(time ? [`${timeOf(time)} AS ${TIME}`] : []),
  ];
  const outer = [
    ...numbers.map((_, k) => `CASE WHEN isnan(n${k}) THEN NULL WHEN abs(n${k}) > ${LARGEST} THEN error('${NO_NUMBER}') ELSE n${k} END AS n${k}`),
    ...texts.map((_, k) => `t${k}`),
    ...(time ? [TIME] : []),
  ];
  return `(SELECT ${outer.join(", ")} FROM (SELECT ${inner.join(", ")} FROM ${relation}))`;
}

/** True where `column` holds something that is neither a finite number nor missing. */
export function isNoNumber(column: SourceColumn): string {
  const { sql, kind, decimal } = column;
  if (kind === "text") return `((${parsed(sql, decimal)} IS NULL AND NOT ${isMissing(sql)}) OR ${isTooLarge(parsed(sql, decimal))})`;
  if (kind === "number" || kind === "boolean") return isTooLarge(`CAST(${sql} AS DOUBLE)`);
  return `(${sql} IS NOT NULL)`;
}

function castNumber({ sql, kind, decimal }: SourceColumn): string {
  if (kind === "number" || kind === "boolean") return `CAST(${sql} AS DOUBLE)`;
  const missing = kind === "text" ? isMissing(sql) : `${sql} IS NULL`;
  const refused = `CASE WHEN ${missing} THEN NULL ELSE error('${NO_NUMBER}') END`;
  return kind === "text" ? `coalesce(${parsed(sql, decimal)}, ${refused})` : `CAST(${refused} AS DOUBLE)`;
}

function isTooLarge(x: string): string {
  // To DuckDB NaN is the largest number.
  return `coalesce(NOT isnan(${x}) AND abs(${x}) > ${LARGEST}, false)`;
}

/** `column` as microseconds since 1970 or as the number it holds, for ordering by time; NULL where it is neither. */
export function timeOf({ sql, kind, decimal }: SourceColumn): string {
  if (kind === "number" || kind === "boolean") return `CASE WHEN isnan(CAST(${sql} AS DOUBLE)) THEN NULL ELSE CAST(${sql} AS DOUBLE) END`;
  const stamp = `CAST(epoch_us(${kind === "text" ? timestampOf(sql) : `TRY_CAST(${sql} AS TIMESTAMP)`}) AS DOUBLE)`;
  return kind === "text" ? `coalesce(${parsed(sql, decimal)}, ${stamp})` : stamp;
}

/** A text as TIMESTAMP, in ISO 8601 or as `31.12.2024 13:45:00`; NULL where it is neither. */
export function timestampOf(sql: string): string {
  return `coalesce(TRY_CAST(${sql} AS TIMESTAMP), try_strptime(trim(${sql}), ['%d.%m.%Y', '%d.%m.%Y %H:%M', '%d.%m.%Y %H:%M:%S']))`;
}

function isMissing(sql: string): string {
  // No IN: DuckDB makes a join of it, which runs over every row instead of the few that are left here.
  const plain = `lower(trim(${sql}, ' ' || chr(9)))`;
  return `(${sql} IS NULL OR ${MISSING_WORDS.map((word) => `${plain} = '${word}'`).join(" OR ")})`;
}
