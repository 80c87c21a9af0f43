import type { LatheError } from "../../base/errors.js";
import { own } from "../../base/own.js";
import { NO_WORDS } from "../../features/separator.js";
import { BLANKS, type ColumnWords, MISSING_WORDS } from "../../features/spelling.js";
import type { RegularSeries } from "../series/regular-table.js";
import { type Decimal, parsed, parsedBefore } from "./decimal.js";
import { literal } from "./sql.js";

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
  /** What else counts as missing here, as the project says; in lower case. */
  readonly missing?: readonly string[];
  /** Nothing but numbers of digits, sign, decimals and exponent. */
  readonly plain?: true;
  /** How its texts are read, once that is decided. */
  readonly words?: ColumnWords;
  /** Read as runs were trained that began before texts had one spelling. */
  readonly before?: true;
  /** Read beside the rows of training: `True` and `False`, as another program writes them, are 1 and 0 where training had numbers. */
  readonly beside?: true;
  /** SQL of its number, where a query has it at hand: to read a text is dear. */
  readonly number?: string;
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
  /** Read as runs were trained that began before texts had one spelling. */
  readonly before?: true;
  /** What paths of pictures in its columns start from, those that are not absolute. */
  readonly root: string;
  /** A table of `path` and `reason`: pictures that are not to be used, by their path as a column has it. */
  readonly unused?: string;
  /** Of a table that was made regular in time: how. Then `relation` is its DuckDB table. */
  readonly series?: RegularSeries;
  /** Of a delimited text: how it is read without its rows of too few or too many fields. */
  readonly tolerant?: TolerantReading;
  /** A table of `path`: pictures that are the validation, by their path as a column has it. */
  readonly validated?: string;
  /** What a failed reading means to the user; a fault of ours is thrown as it came. */
  explain(error: unknown): Promise<LatheError>;
}

export interface TolerantReading {
  /** A FROM item. @param rejects a table that DuckDB makes of what it passes over */
  relation(rejects?: string): string;
  /** Which rows that table's lines are, ascending. */
  rowsOf(lines: readonly number[]): Promise<readonly number[]>;
  /** What is wrong with a row, in DuckDB's words, in ours. */
  tell(message: string): string;
}

/**
 * `column` as text without outer blanks of any kind, in NFC; an empty text is missing. Whole numbers are written without `.0`, whatever the file. Once it is
 * decided how its words are read, missing ones are NULL and spellings of one value are one.
 */
export function textOf(column: SourceColumn): string {
  const { sql, kind, before } = column;
  if (kind === "text" || kind === "other") {
    const text = `CAST(${sql} AS VARCHAR)`;
    return before ? `nullif(trim(${text}, ' ' || chr(9)), '')` : inOneSpelling(withoutMissing(tidied(text), column), column.words);
  }
  if (kind !== "number") return withoutMissing(`CAST(${sql} AS VARCHAR)`, column);
  const x = `CAST(${sql} AS DOUBLE)`;
  const written =
    `CASE WHEN isnan(${x}) THEN NULL WHEN ${x} = trunc(${x}) AND abs(${x}) < 1e15 THEN CAST(CAST(${x} AS BIGINT) AS VARCHAR) ELSE CAST(${sql} AS ` +
    `VARCHAR) END`;
  return withoutMissing(written, column);
}

/** Plain texts, most of all, go as they are. */
const PLAIN = "'^[!-~]([ -~]*[!-~])?$'";

function tidied(sql: string): string {
  const whole = (text: string) => `regexp_replace(${text}, '^([+-]?[0-9]+)\\.0+$', '\\1')`;
  const plain = `CASE WHEN ends_with(${sql}, '0') AND contains(${sql}, '.0') THEN ${whole(sql)} ELSE ${sql} END`;
  return `CASE WHEN regexp_matches(${sql}, ${PLAIN}) THEN ${plain} ELSE nullif(${whole(`nfc_normalize(trim(${sql}, ${literal(BLANKS)}))`)}, '') END`;
}

function withoutMissing(text: string, { missing = [] }: SourceColumn): string {
  return missing.length === 0 ? text : `CASE WHEN lower(${text}) IN (${missing.map(literal).join(", ")}) THEN NULL ELSE ${text} END`;
}

/** A text as its column's words are read. */
export function inOneSpelling(text: string, words: ColumnWords | undefined): string {
  if (!words || (words.missing.size === 0 && words.spelled.size === 0)) return text;
  const cases = [
    ...[...words.missing.keys()].map((word) => `WHEN ${literal(word)} THEN NULL`),
    ...[...words.united].flatMap(([best, spellings]) => [...spellings.keys()].filter((s) => s !== best).map((s) => `WHEN ${literal(s)} THEN ${literal(best)}`)),
  ];
  return cases.length === 0 ? text : `CASE ${text} ${cases.join(" ")} ELSE ${text} END`;
}

/** A source as it was read before texts had one spelling, and numbers units. */
export function readBefore(source: Source): Source {
  return { ...source, before: true, columns: source.columns.map((column) => ({ ...column, before: true as const })) };
}

/** A source that is read beside the rows of training. */
export function besideTraining(source: Source): Source {
  return { ...source, columns: source.columns.map((column) => ({ ...column, beside: true as const })) };
}

/** A source whose columns are called as others know them: what one program writes composed in Unicode (NFC), another does not. */
export function namedLike(source: Source, names: readonly string[]): Source {
  const own = new Set(source.columns.map(({ name }) => name));
  const known = new Map(names.filter((name) => !own.has(name)).map((name) => [name.normalize("NFC"), name]));
  return known.size === 0
    ? source
    : { ...source, columns: source.columns.map((column) => ({ ...column, name: known.get(column.name.normalize("NFC")) ?? column.name })) };
}

/** A source in whose columns more counts as missing. @param missing words by column, in any case. */
export function withMissing(source: Source, missing: Readonly<Record<string, readonly string[]>> | undefined): Source {
  if (missing === undefined) return source;
  return {
    ...source,
    columns: source.columns.map((column) => {
      const words = own(missing, column.name);
      return words ? { ...column, missing: words.map((word) => word.toLowerCase()) } : column;
    }),
  };
}

/** What DuckDB's error says where `converted` meets a value that is no number; then the row is looked for. */
export const NO_NUMBER = "a value that is no number";

/** The largest float32: the model computes in float32. */
const LARGEST = "3.4028234663852886e38";

/** Which columns are read as what, each once. */
export interface Wanted {
  readonly numbers: readonly string[];
  readonly texts: readonly string[];
  /** Those of the texts that list words: an empty cell is a list of none, written `NO_WORDS`. */
  readonly lists?: readonly string[];
  /** The column that orders the rows. */
  readonly time?: string;
}

/** SQL of the column that orders rows by time. */
export const TIME = "time_order";

interface MoreColumns {
  readonly time?: SourceColumn | undefined;
  readonly lists?: readonly SourceColumn[];
  /** Tells a value that is no finite number instead of failing: then there is `REFUSED` too. */
  readonly tells?: boolean;
}

/** SQL of the first value of a row that is no finite number, behind its column's place among the numbers: `2:abc`; NULL where there is none. */
export const REFUSED = "refused";

/** A text that lists words: an empty one has none. */
function listOf(column: SourceColumn): string {
  const empty = `coalesce(trim(CAST(${column.sql} AS VARCHAR), ${literal(BLANKS)}), '') = ''`;
  return `CASE WHEN ${empty} THEN ${literal(NO_WORDS)} ELSE ${textOf(column)} END`;
}

/** A FROM item with `numbers` as DOUBLE n0, n1, … and `texts` as VARCHAR t0, t1, …, missing as NULL. A value that is no finite number fails the query. */
export function converted({ relation }: Source, numbers: readonly SourceColumn[], texts: readonly SourceColumn[], more: MoreColumns = {}): string {
  const { time, lists = [], tells = false } = more;
  const inner = [
    ...numbers.map((c, k) => `${tells ? `CASE WHEN ${isRefused(c)} THEN NULL ELSE ${castNumber(c)} END` : castNumber(c)} AS n${k}`),
    ...(tells ? [`${refusedOf(numbers)} AS ${REFUSED}`] : []),
    ...texts.map((c, k) => `${lists.includes(c) ? listOf(c) : textOf(c)} AS t${k}`),
    ...(time ? [`${timeOf(time)} AS ${TIME}`] : []),
  ];
  const outer = [
    ...numbers.map((_, k) => `CASE WHEN isnan(n${k}) THEN NULL WHEN abs(n${k}) > ${LARGEST} THEN error('${NO_NUMBER}') ELSE n${k} END AS n${k}`),
    ...texts.map((_, k) => `t${k}`),
    ...(tells ? [REFUSED] : []),
    ...(time ? [TIME] : []),
  ];
  return `(SELECT ${outer.join(", ")} FROM (SELECT ${inner.join(", ")} FROM ${relation}))`;
}

function refusedOf(numbers: readonly SourceColumn[]): string {
  if (numbers.length === 0) return "CAST(NULL AS VARCHAR)";
  return `CASE ${numbers.map((c, k) => `WHEN ${isRefused(c)} THEN '${k}:' || CAST(${c.sql} AS VARCHAR)`).join(" ")} END`;
}

/**
 * True where `column` holds something that is neither a finite number nor missing. In CASE, here and below: DuckDB works out both sides of AND and of OR for
 * every row, and few cells hold no number.
 */
export function isNoNumber(column: SourceColumn): string {
  const { sql, kind } = column;
  if (kind === "text") return `CASE WHEN ${numberIn(column)} IS NULL THEN NOT ${isMissing(column)} ELSE ${isTooLarge(numberIn(column))} END`;
  if (kind === "number" || kind === "boolean") return isTooLarge(`CAST(${sql} AS DOUBLE)`);
  return `(${sql} IS NOT NULL)`;
}

/** The same, but for `True` and `False` where they are read as 1 and 0. */
export function isRefused(column: SourceColumn): string {
  return column.kind === "text" ? `CASE WHEN ${isNoNumber(column)} THEN ${wordAsNumber(column)} IS NULL ELSE false END` : isNoNumber(column);
}

/** The number in a cell of text; NULL where there is none. */
export function numberIn({ sql, decimal, before, plain, number }: SourceColumn): string {
  if (number !== undefined) return number;
  if (plain) return `TRY_CAST(${sql} AS DOUBLE)`;
  return before ? parsedBefore(sql, decimal) : parsed(sql, decimal);
}

/** The number in a cell, of text or not; NULL where there is none, and where the project says that it stands for a missing one, as -999 may. */
export function numberOf(column: SourceColumn): string {
  return withoutMissingNumbers(column.kind === "text" ? numberIn(column) : `CAST(${column.sql} AS DOUBLE)`, column);
}

export function castNumber(column: SourceColumn): string {
  const { sql, kind } = column;
  if (kind === "number" || kind === "boolean") return numberOf(column);
  const missing = kind === "text" ? isMissing(column) : `${sql} IS NULL`;
  const refused = `CASE WHEN ${missing} THEN NULL ELSE error('${NO_NUMBER}') END`;
  if (kind !== "text") return `CAST(${refused} AS DOUBLE)`;
  return withoutMissingNumbers(`coalesce(${numberIn(column)}, ${wordAsNumber(column)}, ${refused})`, column);
}

function withoutMissingNumbers(x: string, { missing = [], decimal }: SourceColumn): string {
  const numbers = missing.map((word) => Number(decimal === "," ? word.replace(",", ".") : word)).filter(Number.isFinite);
  return numbers.length === 0 ? x : `CASE WHEN ${numbers.map((number) => `${x} = ${number}`).join(" OR ")} THEN NULL ELSE ${x} END`;
}

/** A file of another program may write `True` where the column held 1, or true, in training. */
function wordAsNumber({ sql, beside }: SourceColumn): string {
  if (!beside) return "CAST(NULL AS DOUBLE)";
  // Both words have an e. Without a condition before it DuckDB trims every cell, the numbers too, since the text is trimmed in another branch as well.
  return `CASE WHEN regexp_matches(${sql}, '[eE]') THEN CASE lower(trim(${sql}, ${literal(BLANKS)})) WHEN 'true' THEN 1.0 WHEN 'false' THEN 0.0 END END`;
}

function isTooLarge(x: string): string {
  // To DuckDB NaN is the largest number.
  return `coalesce(NOT isnan(${x}) AND abs(${x}) > ${LARGEST}, false)`;
}

/** `column` as microseconds since 1970 or as the number it holds, for ordering by time; NULL where it is neither. */
export function timeOf(column: SourceColumn): string {
  const { sql, kind } = column;
  if (kind === "number" || kind === "boolean") return `CASE WHEN isnan(CAST(${sql} AS DOUBLE)) THEN NULL ELSE CAST(${sql} AS DOUBLE) END`;
  const stamp = `CAST(epoch_us(${kind === "text" ? timestampOf(sql) : `TRY_CAST(${sql} AS TIMESTAMP)`}) AS DOUBLE)`;
  return kind === "text" ? `coalesce(${numberIn(column)}, ${stamp})` : stamp;
}

/** A text as TIMESTAMP, in ISO 8601 or as `31.12.2024 13:45:00`; NULL where it is neither. */
export function timestampOf(sql: string): string {
  return `coalesce(TRY_CAST(${sql} AS TIMESTAMP), try_strptime(trim(${sql}), ['%d.%m.%Y', '%d.%m.%Y %H:%M', '%d.%m.%Y %H:%M:%S']))`;
}

const MISSING_BEFORE: readonly string[] = ["", "na", "n/a", "nan", "null", "none", "-", "?"];

function isMissing({ sql, before, plain, missing = [] }: SourceColumn): string {
  if (plain) return `(${sql} IS NULL)`;
  // No IN: DuckDB makes a join of it, which runs over every row instead of the few that are left here. No OR, which would trim once for every word.
  const bare = before ? `lower(trim(${sql}, ' ' || chr(9)))` : `lower(trim(${sql}, ${literal(BLANKS)}))`;
  const words = before ? MISSING_BEFORE : [...new Set([...MISSING_WORDS, ...missing])];
  return `CASE WHEN ${sql} IS NULL THEN true ELSE list_contains([${words.map(literal).join(", ")}], ${bare}) END`;
}
