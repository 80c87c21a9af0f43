import { toLatheError } from "../../base/errors.js";
import type { ColumnProfile } from "../profile.js";
import type { Database } from "../sources/database.js";
import { type Source, type SourceColumn, textOf } from "../sources/source.js";
import { readTimes, typedTimes } from "./time-formats.js";

/** Which columns make a table one of series. */
export interface SeriesColumns {
  readonly time: string;
  /** What tells several series apart, where a time stands more than once. */
  readonly id?: string;
}

/** Rows that are looked at for times written in a way of their own. */
const LOOKED_AT = 1000;
/** Of its values so large a share must be times. */
const MOST = 0.95;
/** Of pairs of time and id so large a share must be different. */
const ALONE = 0.98;
/** Columns that an id is sought among, those with the fewest values first. */
const TRIED = 20;
/** Numbers are times only where the name says so: years, dates without dashes, and counts since 1970. */
const NAMED = /(^|[^a-z])(date|datum|day|ds|epoch|month|period|stamp|time|timestamp|ts|unix|week|year|zeit|zeitstempel|jahr|monat|tag)($|[^a-z])/i;

/**
 * Finds a column of times, and what tells series apart, by a table's first rows.
 * @param profiles of the same rows. @returns undefined where no column is one of times.
 */
export async function findSeriesColumns(
  database: Database,
  source: Source,
  profiles: readonly ColumnProfile[],
  limit: number,
): Promise<SeriesColumns | undefined> {
  const seen = source.columns.flatMap((column, k) => {
    const profile = profiles[k];
    return profile && profile.distinct > 1 ? [{ column, profile }] : [];
  });
  const likely = seen.filter(({ profile: { type, distinct } }) => distinct > 2 && (type === "time" || type === "text" || type === "number"));
  for (const { column, profile } of likely.sort(byLikelihood)) {
    const us = await timesIn(database, source, column, profile);
    if (us === undefined) continue;
    const id = await findId(database, source, { time: column, us, seen, limit });
    return { time: column.name, ...(id === undefined ? {} : { id }) };
  }
  return undefined;
}

interface Seen {
  readonly column: SourceColumn;
  readonly profile: ColumnProfile;
}

/** Times that are written as such come before others that can be read as such, and each by its place. */
function byLikelihood({ profile: a }: Seen, { profile: b }: Seen): number {
  const rank = ({ type, name }: ColumnProfile) => (type === "time" ? 0 : 2) + (NAMED.test(name) ? 0 : 1);
  return rank(a) - rank(b);
}

/** SQL of µs of a column; undefined where it holds no times. */
async function timesIn(database: Database, source: Source, column: SourceColumn, { type, name }: ColumnProfile): Promise<string | undefined> {
  if (column.kind === "time") return typedTimes("t", "TIMESTAMP").us;
  if (type === "number" && !NAMED.test(name)) return undefined;
  const rows = `(SELECT row_number() OVER () - 1 AS r, ${textOf(column)} AS t FROM (SELECT * FROM ${source.relation} LIMIT ${LOOKED_AT}))`;
  try {
    const { us, counter } = await readTimes(database, { from: rows, column: name, path: source.path });
    const { n, times } = await database.one(`SELECT count(t) AS n, count(${us}) AS times FROM ${rows}`);
    return counter || Number(times) < Number(n) * MOST ? undefined : us;
  } catch (thrown) {
    // It holds none; mixed ways of writing them are told when it is chosen.
    if (toLatheError(thrown).code === "data.value") return undefined;
    throw thrown;
  }
}

async function findId(
  database: Database,
  source: Source,
  { time, us, seen, limit }: { readonly time: SourceColumn; readonly us: string; readonly seen: readonly Seen[]; readonly limit: number },
): Promise<string | undefined> {
  const tried = source.columns
    .filter((column) => column !== time)
    .flatMap((column) => {
      const profile = seen.find((one) => one.column === column)?.profile;
      const suits = profile && profile.missing === 0 && profile.distinct <= profile.rows / 2 && (profile.type === "text" || profile.whole);
      return suits ? [{ column, distinct: profile.distinct, text: profile.type === "text" }] : [];
    })
    .sort((a, b) => Number(b.text) - Number(a.text) || a.distinct - b.distinct)
    .slice(0, TRIED);
  const typed = time.kind === "time" ? time.sql : textOf(time);
  const from = `(SELECT ${us} AS us${tried.map(({ column }, k) => `, ${textOf(column)} AS i${k}`).join("")} FROM (SELECT *, ${typed} AS t FROM ${source.relation} LIMIT ${limit}))`;
  const counted = tried.map((_, k) => `, count(DISTINCT (us, i${k})) AS d${k}`);
  const row = await database.one(`SELECT count(us) AS n, count(DISTINCT us) AS d${counted.join("")} FROM ${from} WHERE us IS NOT NULL`);
  const n = Number(row["n"]);
  if (Number(row["d"]) >= n * ALONE) return undefined;
  return tried.find((_, k) => Number(row[`d${k}`]) >= n * ALONE)?.column.name;
}
