import { looksListed } from "../features/separator.js";
import type { ColumnProfile } from "./profile.js";
import type { Database } from "./sources/database.js";
import { type Source, textOf } from "./sources/source.js";

/** Different cells that are looked at, the most frequent first. */
const CELLS = 2000;

/** Whether a column's cells are mostly lists of a few words, such as `rain;wind`. @param sample rows looked at */
export async function isListed(
  database: Database,
  source: Source,
  profile: Pick<ColumnProfile, "name" | "type" | "distinct">,
  sample: number,
): Promise<boolean> {
  const column = source.columns.find(({ name }) => name === profile.name);
  if (!column || profile.type !== "text" || profile.distinct < 3) return false;
  const rows = await database.all(
    `SELECT v, count(*) AS n FROM (SELECT ${textOf(column)} AS v FROM ${source.relation} LIMIT ${sample}) WHERE v IS NOT NULL GROUP BY 1 ORDER BY n DESC, v ` +
      `LIMIT ${CELLS}`,
  );
  return looksListed(new Map(rows.map(({ v, n }) => [String(v), Number(n)])));
}
