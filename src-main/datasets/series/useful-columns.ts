import type { Database } from "../sources/database.js";
import type { Source, SourceColumn } from "../sources/source.js";
import { microseconds } from "./cuts.js";

/** What windows read, and what they do not, with why. */
export interface UsefulColumns {
  /** Beside the targets, in the file's order. */
  readonly use: readonly string[];
  readonly left: readonly { readonly column: string; readonly why: string }[];
}

export interface UsefulQuestion {
  readonly targets: readonly string[];
  /** Columns that are read whatever they hold. */
  readonly known: readonly string[];
  readonly candidates: readonly string[];
  /** µs: where training ends. */
  readonly until: number;
}

/** Columns beside the targets; of more, those that say the most of the target's next step are taken. */
const MOST = 24;
/** Columns so much alike are one. */
const ALIKE = 0.9995;
/** Of a column such a share may stay missing: each missing value costs the samples around it. */
const HOLES = 0.1;
/** Rows that are looked at, and of these such as columns are compared by. */
const [LOOKED_AT, COMPARED] = [200_000, 5000];

/** Of columns of numbers, those that a window should read: none that is constant, full of holes, or a copy of another, by the rows of training alone. */
export async function usefulColumns(
  database: Database,
  { columns, series }: Source,
  { targets, known, candidates, until }: UsefulQuestion,
): Promise<UsefulColumns> {
  if (!series) return { use: [], left: [] };
  const left: { column: string; why: string }[] = [];
  const leave = (column: string, why: string) => left.push({ column, why });
  const numbers = (names: readonly string[]) => columns.filter(({ name, kind }) => kind === "number" && names.includes(name));
  const { missing, rows } = series.report;
  const trained = `(SELECT * FROM ${series.table} WHERE series_time < ${microseconds(until)} LIMIT ${LOOKED_AT})`;
  const asked = numbers(candidates);
  const varying = await constantIn(database, trained, asked);
  let use = asked.filter(({ name }) => {
    const gone = missing[name] ?? 0;
    if (gone === rows) leave(name, "it has no value at all; fill it in to use it");
    else if (!varying.has(name)) leave(name, "it has one value only in the rows of training, from which nothing can be learnt");
    else if (gone > rows * HOLES)
      leave(name, `${gone} of its ${rows} values are missing and cannot be filled in, and every window around them would be lost; add it by hand to use it`);
    else return true;
    return false;
  });
  const wanted = numbers(targets);
  if (use.length > MOST) {
    const worth = await worthOf(database, trained, use, wanted);
    const kept = new Set([...use].sort((a, b) => (worth.get(b.name) ?? 0) - (worth.get(a.name) ?? 0)).slice(0, MOST));
    for (const { name } of use.filter((column) => !kept.has(column)))
      leave(name, `${MOST} of ${use.length} other columns say more of the next step; add it by hand to use it`);
    use = use.filter((column) => kept.has(column));
  }
  const kept = [...wanted, ...numbers(known)];
  const copies = await copiesIn(database, trained, [...kept, ...use], kept.length);
  for (const [name, other] of copies) leave(name, `it rises and falls with "${other}" alone, and says nothing more`);
  return { use: use.filter(({ name }) => !copies.has(name)).map(({ name }) => name), left };
}

async function constantIn(database: Database, from: string, columns: readonly SourceColumn[]): Promise<ReadonlySet<string>> {
  if (columns.length === 0) return new Set();
  const row = await database.one(`SELECT ${columns.map(({ sql }) => `min(${sql}) < max(${sql}) AS ${sql}`).join(", ")} FROM ${from}`);
  return new Set(columns.filter(({ sql }) => row[sql] === true).map(({ name }) => name));
}

/** How closely a column goes with a target one step later: the largest |r|. */
async function worthOf(
  database: Database,
  from: string,
  columns: readonly SourceColumn[],
  targets: readonly SourceColumn[],
): Promise<ReadonlyMap<string, number>> {
  if (targets.length === 0) return new Map();
  const next = targets.map(({ sql }, j) => `lead(${sql}) OVER (PARTITION BY series_segment ORDER BY series_time) AS y${j}`);
  const listed = columns.map(({ sql }, k) => `greatest(${targets.map((_, j) => `abs(coalesce(corr(${sql}, y${j}), 0))`).join(", ")}) AS w${k}`);
  const row = await database.one(`SELECT ${listed.join(", ")} FROM (SELECT *, ${next.join(", ")} FROM ${from})`);
  return new Map(columns.map(({ name }, k) => [name, Number(row[`w${k}`])]));
}

/** Columns that are a straight line of one before them, which stays. @param kept so many of the first ones stay in any case. */
async function copiesIn(database: Database, from: string, columns: readonly SourceColumn[], kept: number): Promise<ReadonlyMap<string, string>> {
  const copies = new Map<string, string>();
  if (columns.length <= kept) return copies;
  const listed = columns.map(({ sql }) => sql).join(", ");
  // Hundreds of corr() in one query take DuckDB seconds, of few rows too.
  const { n } = await database.one(`SELECT count(*) AS n FROM ${from}`);
  const rows = await database.all(
    `SELECT ${listed} FROM (SELECT ${listed}, row_number() OVER () AS row FROM ${from}) WHERE row % ${Math.ceil(Number(n) / COMPARED)} = 0`,
  );
  const values = columns.map(({ sql }) => Float64Array.from(rows, (row) => (row[sql] === null ? NaN : Number(row[sql]))));
  columns.forEach((b, j) => {
    const same = j < kept ? undefined : columns.slice(0, j).find((a, i) => !copies.has(a.name) && correlation(values[i], values[j]) > ALIKE);
    if (same) copies.set(b.name, same.name);
  });
  return copies;
}

/** |r| of the pairs without a missing value; 0 where one of them does not vary. */
function correlation(x: Float64Array = NOTHING, y: Float64Array = NOTHING): number {
  let [n, mx, my, sxx, syy, sxy] = [0, 0, 0, 0, 0, 0];
  for (const [i, a] of x.entries()) {
    const b = y[i] ?? NaN;
    if (Number.isNaN(a + b)) continue;
    n++;
    const [dx, dy] = [a - mx, b - my];
    mx += dx / n;
    my += dy / n;
    sxx += dx * (a - mx);
    syy += dy * (b - my);
    sxy += dx * (b - my);
  }
  return sxx > 0 && syy > 0 ? Math.abs(sxy) / Math.sqrt(sxx * syy) : 0;
}

const NOTHING = new Float64Array();
