import type { SeriesReport } from "../../contract/series.js";
import type { Database, Row } from "../sources/database.js";
import { DAY } from "./step.js";
import type { FilledRows } from "./fill.js";
import type { GatheredRows } from "./gather.js";
import { type Grid, timesOf } from "./grid.js";
import type { PlacedRows } from "./place-rows.js";
import type { ReadRows } from "./read-series.js";
import { writeTime } from "./zone.js";

/** Series that are listed, gaps of each, and gaps in all. */
const [LISTED, GAPS, ALL_GAPS] = [10_000, 100, 10_000];

export interface ReportQuestion {
  readonly database: Database;
  readonly read: ReadRows;
  readonly placed: PlacedRows;
  readonly gathered: GatheredRows;
  readonly filled: FilledRows;
  readonly grid: Grid;
}

/** What was found and done, by series. */
export async function reportOf({ database, read, placed, gathered, filled, grid }: ReportQuestion): Promise<SeriesReport> {
  const at = (us: unknown) => ({ us: Number(us), text: writeTime(Number(us), grid) });
  const [a, b] = [timesOf(grid, "a"), timesOf(grid, "b")];
  const bounds = await database.all(
    `SELECT b.k, id, n, duplicates, outoforder, ${a.us} AS first, ${b.us} AS last, ${a.lu} AS start, ${b.lu} AS end FROM ${gathered.bounds} AS b ` +
      `JOIN ${placed.ids} AS i ON i.k = b.k ORDER BY b.k LIMIT ${LISTED}`,
  );
  const gapsByKey = await database.all(`SELECT k, count(*) AS n, sum(b - a - 1) AS rows FROM ${gathered.gaps} GROUP BY k`);
  const inner = { from: timesOf(grid, "a + 1"), to: timesOf(grid, "b - 1") };
  const gaps = await database.all(
    `SELECT k, ${inner.from.us} AS "from", ${inner.to.us} AS "to", b - a - 1 AS rows FROM (SELECT * FROM (SELECT *, ` +
      `row_number() OVER (PARTITION BY k ORDER BY a) AS nth FROM ${gathered.gaps}) WHERE nth <= ${GAPS} ORDER BY k, a LIMIT ${ALL_GAPS}) ORDER BY k, a`,
  );
  const total = await database.one(`SELECT count(*) AS n, coalesce(sum(b - a - 1), 0) AS rows, coalesce(max(b - a - 1), 0) AS longest FROM ${gathered.gaps}`);
  const holes = await holesOf(database, filled);
  const clock = (await database.all(`SELECT d, extra FROM ${placed.clock} ORDER BY d`)).map(({ d, extra }) => ({
    us: Number(d) * DAY,
    short: Number(extra) < 0,
  }));
  const gapOf = new Map(gapsByKey.map(({ k, n, rows }) => [Number(k), { n: Number(n), rows: Number(rows) }]));
  const listed = new Map<number, Row[]>();
  for (const gap of gaps) listed.set(Number(gap["k"]), [...(listed.get(Number(gap["k"])) ?? []), gap]);
  const series = bounds.map((row): SeriesReport["series"][number] => {
    const k = Number(row["k"]);
    const days = clock.filter(({ us }) => us + DAY > Number(row["start"]) && us <= Number(row["end"]));
    const missing = gapOf.get(k) ?? { n: 0, rows: 0 };
    return {
      id: read.id ? String(row["id"]) : "",
      rows: Number(row["n"]) + (filled.split ? 0 : missing.rows),
      first: at(row["first"]),
      last: at(row["last"]),
      gapCount: missing.n,
      gapRows: missing.rows,
      gaps: (listed.get(k) ?? []).map((gap) => ({ from: at(gap["from"]), to: at(gap["to"]), rows: Number(gap["rows"]) })),
      duplicates: Number(row["duplicates"]),
      outOfOrder: Number(row["outoforder"]),
      filled: holes.filled.get(k) ?? {},
      missing: holes.missing.get(k) ?? {},
      shortDays: days.filter(({ short }) => short).length,
      longDays: days.filter(({ short }) => !short).length,
    };
  });
  return {
    read: read.rows,
    rows: filled.rows,
    timeless: placed.timeless,
    idless: placed.idless,
    ids: Number((await database.one(`SELECT count(*) AS n FROM ${gathered.bounds}`))["n"]),
    series,
    gapCount: Number(total["n"]),
    gapRows: Number(total["rows"]),
    longestGap: Number(total["longest"]),
    duplicates: gathered.duplicates,
    outOfOrder: gathered.outOfOrder,
    offGrid: gathered.offGrid,
    skipped: placed.skipped,
    repeated: placed.repeated,
    filled: holes.filledInAll,
    missing: holes.missingInAll,
    constant: await constantColumns(database, read, gathered),
  };
}

interface Holes {
  readonly filled: ReadonlyMap<number, Record<string, number>>;
  readonly missing: ReadonlyMap<number, Record<string, number>>;
  readonly filledInAll: Record<string, number>;
  readonly missingInAll: Record<string, number>;
}

/** Values that are filled in, and that stay missing, by series and column. */
async function holesOf(database: Database, { table, fills, open }: FilledRows): Promise<Holes> {
  const [filled, missing] = [new Map<number, Record<string, number>>(), new Map<number, Record<string, number>>()];
  const filledInAll: Record<string, number> = {};
  const missingInAll: Record<string, number> = {};
  if (open.length > 0) {
    const selected = open.map(({ sql }, j) => `count(CASE WHEN ${sql} IS NULL THEN 1 END) AS m${j}, count(f${j}) AS f${j}`);
    const rows = await database.all(
      `SELECT k, ${selected.join(", ")} FROM ${table} AS g LEFT JOIN ${fills} AS f ON g.rowid = f.row WHERE NOT extended GROUP BY k ORDER BY k`,
    );
    const add = (counts: Record<string, number>, name: string, n: number) => {
      if (n > 0) counts[name] = (counts[name] ?? 0) + n;
    };
    for (const row of rows) {
      const [some, left]: [Record<string, number>, Record<string, number>] = [{}, {}];
      open.forEach(({ name }, j) => {
        const n = Number(row[`f${j}`]);
        for (const counts of [some, filledInAll]) add(counts, name, n);
        for (const counts of [left, missingInAll]) add(counts, name, Number(row[`m${j}`]) - n);
      });
      if (Object.keys(some).length > 0) filled.set(Number(row["k"]), some);
      if (Object.keys(left).length > 0) missing.set(Number(row["k"]), left);
    }
  }
  return { filled, missing, filledInAll, missingInAll };
}

async function constantColumns(database: Database, { values }: ReadRows, { table, rows }: GatheredRows): Promise<string[]> {
  const numbers = values.filter(({ number }) => number);
  if (numbers.length === 0 || rows < 2) return [];
  const row = await database.one(`SELECT ${numbers.map(({ sql }) => `min(${sql}) = max(${sql}) AS ${sql}`).join(", ")} FROM ${table}`);
  return numbers.filter(({ sql }) => row[sql] === true).map(({ name }) => name);
}
