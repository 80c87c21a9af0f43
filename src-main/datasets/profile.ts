import type { Database } from "./sources/database.js";
import { parsed } from "./sources/decimal.js";
import { type Source, type SourceColumn, isNoNumber, textOf, timestampOf } from "./sources/source.js";
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
  /** One of the values that are no number, where most are. */
  readonly stray?: string;
}

/**
 * Columns that are looked at in one pass: each has a dozen aggregates with buffers of their own, and those of all columns together must fit into DuckDB's
 * memory.
 */
const AT_ONCE = 50;

/**
 * A pass over a table, or over its first rows, for every fifty columns.
 * @throws LatheError `data.ragged`, `data.unreadable`
 */
export async function profileColumns(database: Database, source: Source, limit?: number): Promise<readonly ColumnProfile[]> {
  const profiles: ColumnProfile[] = [];
  // A file is not read again for every fifty columns; nor are all columns of a wide one copied at once, each of which takes a quarter of a megabyte at least.
  const copied = source.columns.length > AT_ONCE && !/^\w+$/.test(source.relation);
  const width = copied ? COPIED : Math.max(1, source.columns.length);
  for (let first = 0; first < source.columns.length; first += width) {
    const part = { ...source, columns: source.columns.slice(first, first + width) };
    const read = copied ? await copyRows(database, part, limit) : part;
    for (let from = 0; from < part.columns.length; from += AT_ONCE) {
      profiles.push(...(await profileSome(database, { ...read, columns: part.columns.slice(from, from + AT_ONCE) }, limit)));
    }
    if (copied) await database.exec(`DROP TABLE ${COPY}`);
  }
  return profiles;
}

const COPIED = 250;
const COPY = "profiled";

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
  const selected = source.columns.map(
    (_, k) =>
      `count(v${k}) AS present${k}, count(v${k}) FILTER (bad${k}) AS bad${k}, min(v${k}) FILTER (bad${k}) AS stray${k}, approx_count_distinct(v${k}) ` +
      `AS distinct${k}, count(x${k}) AS numbers${k}, ` +
      `count(x${k}) FILTER (x${k} = trunc(x${k})) AS whole${k}, min(x${k}) AS min${k}, max(x${k}) AS max${k}`,
  );
  const inner = source.columns.map((column, k) => `${textOf(column)} AS v${k}, ${isNoNumber(column)} AS bad${k}, ${numberOrNull(column)} AS x${k}`);
  let row;
  try {
    row = await database.one(
      `SELECT count(*) AS n, ${selected.join(", ")} FROM (SELECT ${inner.join(", ")} FROM ${source.relation}${limit === undefined ? "" : ` LIMIT ${limit}`})`,
    );
  } catch (error) {
    throw await explainReading(database, source, [], error);
  }
  const rows = Number(row["n"]);
  // The sketch is a few percent off; where it matters the values are counted.
  const few = source.columns.filter((_, k) => Number(row[`distinct${k}`]) <= 300);
  const exact = await countDistinct(database, source, few, limit);
  const profiles: ColumnProfile[] = [];
  for (const [k, column] of source.columns.entries()) {
    const [present, bad, numbers, whole] = [row[`present${k}`], row[`bad${k}`], row[`numbers${k}`], row[`whole${k}`]].map(Number);
    const numeric = (numbers ?? 0) > 0 && bad === 0;
    const approximate = Number(row[`distinct${k}`]);
    const counted = exact.get(column.name);
    const distinct = counted?.distinct ?? Math.min(approximate, present ?? 0);
    const span = Number(row[`max${k}`]) - Number(row[`min${k}`]) + 1;
    profiles.push({
      name: column.name,
      rows,
      missing: numeric ? rows - (numbers ?? 0) : rows - (present ?? 0),
      distinct,
      exact: counted !== undefined,
      ...(counted && counted.distinct > 0 ? { rarest: counted.rarest } : {}),
      type:
        present === 0
          ? "empty"
          : column.kind === "other"
            ? "other"
            : numeric
              ? column.kind === "boolean"
                ? "boolean"
                : "number"
              : column.kind === "time" || (await isTime(database, source, column, limit))
                ? "time"
                : "text",
      whole: numeric && whole === numbers,
      counting: numeric && whole === rows && span === rows && rows > 1 && approximate > rows * 0.9,
      ...(bad !== 0 && (numbers ?? 0) >= (present ?? 0) * MOSTLY ? { stray: String(row[`stray${k}`]) } : {}),
    });
  }
  return profiles;
}

/** `column` as a finite number; NULL where it is none. */
export function numberOrNull({ sql, kind, decimal }: SourceColumn): string {
  if (kind === "text") return `CASE WHEN isfinite(${parsed(sql, decimal)}) THEN ${parsed(sql, decimal)} END`;
  return kind === "number" || kind === "boolean" ? `CASE WHEN isfinite(CAST(${sql} AS DOUBLE)) THEN CAST(${sql} AS DOUBLE) END` : "CAST(NULL AS DOUBLE)";
}

interface Counted {
  readonly distinct: number;
  readonly rarest: number;
}

/** Values of columns that have few, by column: all in one list, whose groups are few too. A set for each column would take megabytes each. */
async function countDistinct(
  database: Database,
  source: Source,
  columns: readonly SourceColumn[],
  limit: number | undefined,
): Promise<ReadonlyMap<string, Counted>> {
  if (columns.length === 0) return new Map();
  const values = columns.map((column, k) => `${textOf(column)} AS v${k}`).join(", ");
  const listed = columns.map((_, k) => `v${k}`).join(", ");
  const rows = await database.all(
    `SELECT k, count(*) AS d, min(n) AS rarest FROM (SELECT k, v, count(*) AS n FROM (SELECT unnest(range(${columns.length})) AS k, unnest([${listed}]) AS v ` +
      `FROM (SELECT ${values} FROM ${source.relation}${limit === undefined ? "" : ` LIMIT ${limit}`})) WHERE v IS NOT NULL GROUP BY k, v) GROUP BY k`,
  );
  const counted = new Map(rows.map(({ k, d, rarest }) => [Number(k), { distinct: Number(d), rarest: Number(rarest) }]));
  return new Map(columns.map((column, k) => [column.name, counted.get(k) ?? { distinct: 0, rarest: 0 }]));
}

async function isTime(database: Database, source: Source, { sql, kind }: SourceColumn, limit: number | undefined): Promise<boolean> {
  if (kind !== "text") return false;
  const { other } = await database.one(
    `SELECT count(*) FILTER (trim(v) <> '' AND ${timestampOf("v")} IS NULL) AS other FROM (SELECT ${sql} AS v FROM ${source.relation} ` +
      `LIMIT ${Math.min(limit ?? 1000, 1000)})`,
  );
  return Number(other) === 0;
}
