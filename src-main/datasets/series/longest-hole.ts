import type { Database } from "../sources/database.js";
import type { FilledRows } from "./fill.js";
import { type Grid, timesOf } from "./grid.js";
import type { PlacedRows } from "./place-rows.js";
import { writeTime } from "./zone.js";

/** Values of a column, one behind the other in a series, that are all filled in. */
export interface LongestHole {
  readonly column: string;
  readonly id: string;
  readonly rows: number;
  /** Rows of the series. */
  readonly of: number;
  readonly from: string;
  readonly to: string;
}

/** The longest over all columns; undefined where nothing is filled in. */
export async function findLongestHole(
  database: Database,
  { filled, placed, grid }: { readonly filled: FilledRows; readonly placed: PlacedRows; readonly grid: Grid },
): Promise<LongestHole | undefined> {
  const { table, fills, open, split } = filled;
  if (split || open.length === 0) return undefined;
  // Nothing is filled in at the ends of a series, so that no run goes from one to the next.
  const runs = open.map(
    (_, j) =>
      `SELECT ${j} AS j, count(*) AS n, min(row) AS first, max(row) AS last FROM (SELECT row, row - row_number() OVER (ORDER BY row) AS run FROM ${fills} ` +
      `WHERE f${j} IS NOT NULL) GROUP BY run`,
  );
  const [row] = await database.all(
    `SELECT j, n, a.k AS k, id, ${timesOf(grid, "a.slot").us} AS "from", ${timesOf(grid, "b.slot").us} AS "to", ` +
      `(SELECT count(*) FROM ${table} AS t WHERE t.k = a.k AND NOT extended) AS of FROM ` +
      `(SELECT * FROM (${runs.join(" UNION ALL ")}) ORDER BY n DESC, first LIMIT 1) JOIN ${table} AS a ON a.rowid = first ` +
      `JOIN ${table} AS b ON b.rowid = last JOIN ${placed.ids} AS i ON i.k = a.k`,
  );
  const column = row && open[Number(row["j"])];
  if (!column) return undefined;
  const at = (us: unknown) => writeTime(Number(us), grid);
  return { column: column.name, id: String(row["id"]), rows: Number(row["n"]), of: Number(row["of"]), from: at(row["from"]), to: at(row["to"]) };
}
