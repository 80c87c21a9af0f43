import { LatheError } from "../../base/errors.js";
import type { SurveyedColumn } from "../propose.js";
import type { Database } from "../sources/database.js";
import { type Source, type SourceColumn, textOf } from "../sources/source.js";
import { looksLikeTime, readTimes } from "./time-formats.js";

/** Rows that are looked at. */
const LOOKED_AT = 20_000;
/** What columns of numbers are called that are times. */
const TIMELY = /(^|[^a-z])(time|timestamp|date|datetime|epoch|day|week|month|year|ds|ts|zeit|datum|jahr)($|[^a-z])/i;

export interface TimeOrder {
  /** The share of neighbouring rows that are in order, of the first 20,000. */
  readonly inOrder: number;
  /** Different times, counted: a sketch of them is too far off to tell one series from several. */
  readonly distinct: number;
}

/** Whether a column could be the time of a series. @param sample rows of which times are counted. @returns undefined where it holds no times. */
export async function timeOrder(
  database: Database,
  source: Source,
  column: SourceColumn,
  seen: Pick<SurveyedColumn, "name" | "type" | "whole" | "examples">,
  sample: number,
): Promise<TimeOrder | undefined> {
  const timely = seen.type === "time" || (seen.type === "number" && seen.whole && TIMELY.test(seen.name));
  if (!timely && !(seen.type === "text" && seen.examples.length > 0 && seen.examples.every(looksLikeTime))) return undefined;
  const from = `(SELECT row_number() OVER () - 1 AS r, ${textOf(column)} AS t FROM ${source.relation} LIMIT ${LOOKED_AT})`;
  try {
    const { us } = await readTimes(database, { from, column: column.name, path: source.path });
    const { up, down, all } = await database.one(
      `SELECT count(CASE WHEN us >= before THEN 1 END) AS up, count(CASE WHEN us <= before THEN 1 END) AS down, count(before) AS all ` +
        `FROM (SELECT us, lag(us) OVER (ORDER BY r) AS before FROM (SELECT r, ${us} AS us FROM ${from}) WHERE us IS NOT NULL)`,
    );
    if (Number(all) === 0) return undefined;
    const { n } = await database.one(`SELECT count(DISTINCT t) AS n FROM (SELECT ${textOf(column)} AS t FROM ${source.relation} LIMIT ${sample})`);
    return { inOrder: Math.max(Number(up), Number(down)) / Number(all), distinct: Number(n) };
  } catch (error) {
    if (error instanceof LatheError && error.code === "data.value") return undefined;
    throw error;
  }
}
