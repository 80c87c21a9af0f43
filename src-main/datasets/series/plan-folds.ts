import { defined } from "../../base/assert.js";
import { LatheError } from "../../base/errors.js";
import type { DataSpec } from "../../contract/data.js";
import { horizonOf } from "../../features/index.js";
import { Database } from "../sources/database.js";
import { openSources } from "../sources/open-source.js";
import { findCuts } from "./cuts.js";
import type { Fold } from "./fold.js";
import type { RegularSeries } from "./regular-table.js";
import { writeTime } from "./zone.js";

/** Share of the span that the first fold learns from. */
const FIRST = 0.5;

/** A fold, with the rows that it learns from and is judged on, and their times as people read them. */
export interface PlannedFold extends Fold {
  readonly trained: FoldSpan;
  readonly judged: FoldSpan;
}

interface FoldSpan {
  readonly rows: number;
  readonly from: string;
  readonly to: string;
}

/**
 * Parts what lies before a project's test, or all where it has none, for a walk-forward test: the first half is always learnt from, the second is cut into
 * blocks, each judged by what learnt from all before it.
 * @param data without a test file. @throws LatheError `data.*`; `data.split` where there are too few times for so many folds
 */
export async function planFolds({
  folder,
  data,
  count,
  workFolder,
  signal,
}: {
  readonly folder: string;
  readonly data: DataSpec;
  readonly count: number;
  readonly workFolder: string;
  readonly signal?: AbortSignal;
}): Promise<readonly PlannedFold[]> {
  const database = await Database.open(workFolder, { signal });
  try {
    const { source } = await openSources(database, folder, data, signal, []);
    const series = defined(source.series, "the series");
    const cuts = await cutsOf(database, series.table, data, count, source.path);
    const folds: PlannedFold[] = [];
    for (const [k, from] of cuts.slice(0, -1).entries()) {
      const until = cuts[k + 1] ?? Infinity;
      const before = `series_time < ${from}`;
      folds.push({
        from,
        until,
        cuts,
        trained: await spanOf(database, series, before),
        judged: await spanOf(database, series, `NOT ${before} AND series_time < ${until}`),
      });
    }
    return folds;
  } finally {
    database.close();
  }
}

/** Where each fold begins, and where the last one ends. */
async function cutsOf(database: Database, series: string, data: DataSpec, count: number, path: string): Promise<readonly number[]> {
  const { test } = await findCuts(database, series, { ...data.split, validation: 0 });
  const before = Number.isFinite(test) ? ` WHERE series_time < ${test}` : "";
  const { n, last } = await database.one(`SELECT count(*) AS n, max(series_time) AS last FROM ${series}${before}`);
  const cuts: number[] = [];
  for (let k = 0; k < count; k++) {
    const row = Math.floor(Number(n) * (FIRST + ((1 - FIRST) * k) / count));
    const [at] = await database.all(`SELECT series_time AS time FROM ${series}${before} ORDER BY 1 LIMIT 1 OFFSET ${row}`);
    cuts.push(Number(at?.["time"]));
  }
  cuts.push(Number(last) + 1);
  const horizon = Math.max(...data.targets.map((target) => horizonOf(target)));
  for (const [k, from] of cuts.slice(0, -1).entries()) {
    const { times } = await database.one(
      `SELECT count(DISTINCT series_time) AS times FROM ${series} WHERE series_time >= ${from} AND series_time < ${cuts[k + 1]}`,
    );
    if (Number(times) < horizon)
      throw new LatheError(
        "data.split",
        `${path} is too short for ${count} folds: block ${k + 1} has ${Number(times)} steps, and a forecast ${horizon}; ask for fewer with --folds`,
        { path, folds: count },
      );
  }
  return cuts;
}

async function spanOf(database: Database, series: RegularSeries, where: string): Promise<FoldSpan> {
  const { n, first, last } = await database.one(
    `SELECT count(*) AS n, min(series_time) AS first, max(series_time) AS last FROM ${series.table} WHERE ${where}`,
  );
  return { rows: Number(n), from: writeTime(Number(first), series), to: writeTime(Number(last), series) };
}
