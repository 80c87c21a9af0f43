import { tellVariants, tellWords, withWords } from "./column-words.js";
import { shorten } from "./shorten.js";
import type { Database, Row } from "./sources/database.js";
import { dressedSigns } from "./sources/decimal.js";
import { type Source, type SourceColumn, isNoNumber, numberIn, numberOf, textOf, timestampOf } from "./sources/source.js";
import { literal } from "./sources/sql.js";
import { explainReading } from "./staging.js";

/** A column with so many numbers among its values is one of numbers, but for some. */
const MOSTLY = 0.8;

/** What a column holds, by looking at its values. */
export interface ColumnProfile {
  readonly name: string;
  /** `number` where every value is one; `other` where it holds structures, lists or bytes. */
  readonly type: "number" | "boolean" | "text" | "time" | "other" | "empty";
  readonly rows: number;
  readonly missing: number;
  /** About how many different values; exact up to some dozens. */
  readonly distinct: number;
  /** Whether `distinct` was counted. */
  readonly exact: boolean;
  /** Where it was: how many rows have the rarest value. */
  readonly rarest?: number;
  /** True where every number is whole. */
  readonly whole: boolean;
  /** True where whole numbers follow each other without gap or repetition, as row numbers do. */
  readonly counting: boolean;
  /** Values that are no numbers, where most are: the most frequent ones, each with its first row. */
  readonly strays?: readonly Stray[];
  /** An example of values that are digits but no quantities: of one length, and some begin with 0 or the name says so. */
  readonly code?: string;
  /** True where whole numbers of one length are all different, as identifiers are. */
  readonly unlike?: boolean;
  /** Values that few rows have, where values were counted. */
  readonly scarce?: readonly { readonly value: string; readonly rows: number }[];
  /** How its words are read, and what else was noticed, in sentences. */
  readonly wordNotes: readonly string[];
  readonly notes: readonly string[];
}

/** A value that is no number in a column of numbers. */
export interface Stray {
  readonly value: string;
  /** From 1, the first that has it. */
  readonly row: number;
  readonly rows: number;
}

/** Strays that are listed by name. */
const MOST_STRAYS = 20;
/** A class with fewer rows cannot be in training, validation and test. */
const PARTS = 3;
/** Columns of whole numbers that are called so hold no quantities. */
const POSTAL = /(^|[^a-z])(zip|zip_?code|post_?code|postal_?code|postal|plz|cap)($|[^a-z])/i;
const ENOUGH = 50;

/**
 * Columns that are looked at in one pass: each has a dozen aggregates with buffers of their own, and those of all columns together must fit into DuckDB's
 * memory.
 */
const AT_ONCE = 50;

/**
 * A pass over a table, or over its first rows, for every fifty columns.
 * @throws LatheError `data.ragged`, `data.unreadable`
 */
export async function profileColumns(database: Database, opened: Source, limit?: number): Promise<readonly ColumnProfile[]> {
  const profiles: ColumnProfile[] = [];
  // A file is not read again for every fifty columns; nor are all columns of a wide one copied at once, each of which takes a quarter of a megabyte at least.
  const copied = opened.columns.length > AT_ONCE && !/^\w+$/.test(opened.relation);
  const width = copied ? COPIED : Math.max(1, opened.columns.length);
  for (let first = 0; first < opened.columns.length; first += width) {
    const part = { ...opened, columns: opened.columns.slice(first, first + width) };
    const read = await decideOf(database, copied ? await copyRows(database, part, limit) : part, limit);
    for (let from = 0; from < part.columns.length; from += AT_ONCE) {
      profiles.push(...(await profileSome(database, { ...read, columns: read.columns.slice(from, from + AT_ONCE) }, limit)));
    }
    if (copied) await database.exec(`DROP TABLE ${COPY}`);
  }
  return profiles;
}

const COPIED = 250;
const COPY = "profiled";

async function decideOf(database: Database, source: Source, limit: number | undefined): Promise<Source> {
  try {
    return await withWords(database, source, limit);
  } catch (error) {
    throw await explainReading(database, source, [], error);
  }
}

async function copyRows(database: Database, source: Source, limit: number | undefined): Promise<Source> {
  try {
    const listed = source.columns.map(({ sql }) => sql).join(", ");
    await database.exec(`CREATE TABLE ${COPY} AS SELECT ${listed} FROM ${source.relation}${limit === undefined ? "" : ` LIMIT ${limit}`}`);
  } catch (error) {
    throw await explainReading(database, source, [], error);
  }
  return { ...source, relation: COPY };
}

async function profileSome(database: Database, source: Source, limit: number | undefined): Promise<readonly ColumnProfile[]> {
  // CASE rather than FILTER, for each of which DuckDB sets up buffers for all columns of the query.
  const selected = source.columns.map(
    (column, k) =>
      `count(v${k}) AS present${k}, approx_count_distinct(v${k}) AS distinct${k}, ` +
      `count(x${k}) AS numbers${k}, count(CASE WHEN x${k} = trunc(x${k}) THEN 1 END) AS whole${k}, min(x${k}) AS min${k}, max(x${k}) AS max${k}, ` +
      `count(CASE WHEN regexp_matches(v${k}, '^[0-9]+$') THEN 1 END) AS digits${k}, ` +
      `min(CASE WHEN regexp_matches(v${k}, '^0[0-9]+$') THEN v${k} END) AS zero${k}, ` +
      `min(length(v${k})) AS short${k}, max(length(v${k})) AS long${k}, min(v${k}) AS first${k}` +
      (column.plain ? "" : `, ${unusual(k)}`),
  );
  const read = source.columns.map((column, k) => (column.kind === "text" ? `${column.sql}, ${numberIn(column)} AS y${k}` : column.sql));
  const inner = source.columns
    .map((column, k): SourceColumn => (column.kind === "text" ? { ...column, number: `y${k}` } : column))
    .map((column, k) => `${textOf(column)} AS v${k}, ${isNoNumber(column)} AS bad${k}, ${numberOrNull(column)} AS x${k}`);
  const dressed = source.columns.map((column, k) => `${isDressed(column, `v${k}`)} AS dressed${k}`);
  let row;
  try {
    row = await database.one(
      `SELECT count(*) AS n, ${selected.join(", ")} FROM (SELECT *, ${dressed.join(", ")} FROM ` +
        `(SELECT ${inner.join(", ")} FROM (SELECT ${read.join(", ")} FROM ${source.relation}${limit === undefined ? "" : ` LIMIT ${limit}`})))`,
    );
  } catch (error) {
    throw await explainReading(database, source, [], error);
  }
  const rows = Number(row["n"]);
  // The sketch is a few percent off; where it matters the values are counted.
  const few = source.columns.filter((_, k) => Number(row[`distinct${k}`]) <= 300);
  const exact = await countValues(database, source, few, limit);
  const profiles: ColumnProfile[] = [];
  for (const [k, column] of source.columns.entries()) {
    const [present, bad, numbers, whole] = [row[`present${k}`], row[`bad${k}`] ?? 0, row[`numbers${k}`], row[`whole${k}`]].map(Number);
    const numeric = (numbers ?? 0) > 0 && bad === 0;
    const approximate = Number(row[`distinct${k}`]);
    const values = exact.get(column.name);
    const distinct = values?.size ?? Math.min(approximate, present ?? 0);
    const [digits, short, long] = [row[`digits${k}`], row[`short${k}`], row[`long${k}`]].map(Number);
    const alike = digits === present && short === long;
    const zero = row[`zero${k}`];
    const code =
      (column.kind === "text" && alike && zero !== null && zero !== undefined) ||
      (numeric && alike && (long ?? 0) >= 4 && (long ?? 0) <= 6 && distinct > 2 && POSTAL.test(column.name))
        ? String(zero ?? row[`first${k}`])
        : undefined;
    const mostly = bad !== 0 && (numbers ?? 0) >= (present ?? 0) * MOSTLY;
    const span = Number(row[`max${k}`]) - Number(row[`min${k}`]) + 1;
    profiles.push({
      name: column.name,
      rows,
      missing: numeric ? rows - (numbers ?? 0) : rows - (present ?? 0),
      distinct,
      exact: values !== undefined,
      ...(values && values.size > 0 ? { rarest: Math.min(...values.values()) } : {}),
      type:
        present === 0
          ? "empty"
          : column.kind === "other"
            ? "other"
            : numeric && code === undefined
              ? column.kind === "boolean"
                ? "boolean"
                : "number"
              : column.kind === "time" || (await isTime(database, source, column, limit))
                ? "time"
                : "text",
      whole: numeric && whole === numbers,
      counting: numeric && whole === rows && span === rows && rows > 1 && approximate > rows * 0.9,
      ...(mostly ? { strays: await findStrays(database, source, column, limit) } : {}),
      ...(code === undefined ? {} : { code }),
      ...(numeric && alike && whole === numbers && (long ?? 0) >= 4 && (present ?? 0) >= ENOUGH && approximate > (present ?? 0) * 0.95 ? { unlike: true } : {}),
      ...(values ? { scarce: [...values].flatMap(([value, n]) => (n < PARTS ? [{ value, rows: n }] : [])).slice(0, MOST_STRAYS) } : {}),
      wordNotes: column.words ? tellWords(column.name, source.path, column.words).map(({ message }) => message) : [],
      notes: [
        ...(numeric ? tellUnits(column.name, source.path, row, k) : []),
        ...(numeric || !values ? [] : tellVariants(column.name, source.path, values).map(({ message }) => message)),
      ],
    });
  }
  return profiles;
}

/** What a column of nothing but plain numbers has none of: values that are no numbers, and numbers with a unit or parted thousands. */
function unusual(k: number): string {
  return (
    `count(CASE WHEN bad${k} THEN v${k} END) AS bad${k}, ` +
    `count(CASE WHEN dressed${k} THEN x${k} END) AS dressed${k}, min(CASE WHEN dressed${k} AND x${k} IS NOT NULL THEN v${k} END) AS dress${k}, ` +
    `arg_min(x${k}, CASE WHEN dressed${k} AND x${k} IS NOT NULL THEN v${k} END) AS bare${k}, ` +
    `count(CASE WHEN dressed${k} AND ends_with(v${k}, '%') THEN x${k} END) AS percent${k}`
  );
}

/** `column` as a finite number; NULL where it is none. */
export function numberOrNull(column: SourceColumn): string {
  if (!["text", "number", "boolean"].includes(column.kind)) return "CAST(NULL AS DOUBLE)";
  return `CASE WHEN isfinite(${numberOf(column)}) THEN ${numberOf(column)} END`;
}

/** True where a number is written with a unit, or thousands are parted. @param text SQL of the column without outer blanks */
function isDressed({ kind, before, plain, decimal }: SourceColumn, text: string): string {
  return kind === "text" && !before && !plain ? `coalesce(regexp_matches(${text}, ${literal(dressedSigns(decimal))}), false)` : "false";
}

/** How numbers were read that are more than digits. */
function tellUnits(column: string, path: string, row: Row, k: number): readonly string[] {
  const [dressed, percent, numbers] = [row[`dressed${k}`] ?? 0, row[`percent${k}`] ?? 0, row[`numbers${k}`]].map(Number);
  if (dressed === 0) return [];
  const where = `column "${column}" of ${path}`;
  const notes = [`${where}: "${shorten(String(row[`dress${k}`]))}" is read as the number ${Number(row[`bare${k}`])}, as all that is written so`];
  if (percent !== 0 && percent !== numbers)
    notes.push(`${where}: ${percent} of ${numbers} values are per cents and the others are not; write all in one way, since "17%" is read as 17`);
  return notes;
}

/** Values that are no numbers, the most frequent first. */
async function findStrays(database: Database, source: Source, column: SourceColumn, limit: number | undefined): Promise<readonly Stray[]> {
  const rows = await database.all(
    `SELECT v, min(r) AS r, count(*) AS n FROM (SELECT row_number() OVER () AS r, ${textOf(column)} AS v, ${isNoNumber(column)} AS bad ` +
      `FROM ${source.relation}${limit === undefined ? "" : ` LIMIT ${limit}`}) WHERE bad AND v IS NOT NULL GROUP BY v ORDER BY n DESC, r LIMIT ${MOST_STRAYS}`,
  );
  return rows.map(({ v, r, n }) => ({ value: String(v), row: Number(r), rows: Number(n) }));
}

/** How often each value occurs, of columns that have few: all in one list, whose groups are few too. A set for each column would take megabytes each. */
async function countValues(
  database: Database,
  source: Source,
  columns: readonly SourceColumn[],
  limit: number | undefined,
): Promise<ReadonlyMap<string, ReadonlyMap<string, number>>> {
  if (columns.length === 0) return new Map();
  const values = columns.map((column, k) => `${textOf(column)} AS v${k}`).join(", ");
  const listed = columns.map((_, k) => `v${k}`).join(", ");
  const rows = await database.all(
    `SELECT k, v, count(*) AS n FROM (SELECT unnest(range(${columns.length})) AS k, unnest([${listed}]) AS v ` +
      `FROM (SELECT ${values} FROM ${source.relation}${limit === undefined ? "" : ` LIMIT ${limit}`})) WHERE v IS NOT NULL GROUP BY k, v ORDER BY k, v`,
  );
  const counts = columns.map(({ name }) => [name, new Map<string, number>()] as const);
  for (const { k, v, n } of rows) counts[Number(k)]?.[1].set(String(v), Number(n));
  return new Map(counts);
}

async function isTime(database: Database, source: Source, { sql, kind }: SourceColumn, limit: number | undefined): Promise<boolean> {
  if (kind !== "text") return false;
  const { other } = await database.one(
    `SELECT count(*) FILTER (trim(v) <> '' AND ${timestampOf("v")} IS NULL) AS other FROM (SELECT ${sql} AS v FROM ${source.relation} ` +
      `LIMIT ${Math.min(limit ?? 1000, 1000)})`,
  );
  return Number(other) === 0;
}
