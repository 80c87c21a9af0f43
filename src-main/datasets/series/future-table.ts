import { defined } from "../../base/assert.js";
import type { FittedData } from "../../features/fitted.js";
import { horizonOf, targetKindOf } from "../../features/index.js";
import type { FittedSeries } from "../../features/series.js";
import { columnsOf } from "../raw-batch.js";
import { findColumn } from "../roles.js";
import type { Database } from "../sources/database.js";
import type { Source } from "../sources/source.js";
import { openFitted } from "./fitted-series.js";
import type { RegularSeries } from "./regular-table.js";
import { type SeriesTable, loadSeries } from "./series-table.js";

/** The rows of one series among those of a table, from 0. */
export interface SeriesExtent {
  /** Empty where there are no ids. */
  readonly id: string;
  readonly first: number;
  /** The last row that the file has something of. */
  readonly last: number;
  /** The last of all: rows behind `last` have nothing but the calendar. */
  readonly end: number;
}

/** A series with rows behind its end, as a model takes it. */
export interface FutureTable {
  readonly path: string;
  readonly warnings: readonly string[];
  readonly table: SeriesTable;
  readonly series: RegularSeries;
  readonly extents: readonly SeriesExtent[];
  /** Columns of targets that the table has. */
  readonly targets: ReadonlySet<string>;
}

/**
 * Reads a table of a series as the model was trained on one, in memory at once.
 * @param ahead rows behind the end of each series. @throws LatheError `data.*` as `openSeries`
 */
export async function loadFuture(
  database: Database,
  opened: Source,
  series: FittedSeries,
  { fitted, ahead, signal }: { readonly fitted: FittedData; readonly ahead: number; readonly signal?: AbortSignal | undefined },
): Promise<FutureTable> {
  const inputs = columnsOf(fitted, false);
  const asked = fitted.targets.flatMap((target) => (horizonOf(target) > 0 ? targetKindOf(target).columnsOf(target) : []));
  const numbers = [...new Set([...inputs.numbers, ...asked])];
  const source = await openFitted(database, opened, series, { numbers, texts: inputs.texts }, { extend: ahead, signal });
  for (const name of [...inputs.numbers, ...inputs.texts]) findColumn(source, name, "data.column", "the series");
  const there = new Set(source.columns.map(({ name }) => name));
  const table = await loadSeries(database, source, { numbers: numbers.filter((name) => there.has(name)), texts: inputs.texts });
  const targets = new Set(asked.filter((name) => there.has(name)));
  return { path: source.path, warnings: source.warnings, table, series: defined(source.series, "the series"), extents: extentsOf(table, ahead), targets };
}

function extentsOf(table: SeriesTable, ahead: number): readonly SeriesExtent[] {
  const extents: SeriesExtent[] = [];
  let first = 0;
  for (let row = 1; row <= table.rows; row++) {
    if (row < table.rows && table.id(row) === table.id(first)) continue;
    extents.push({ id: table.id(first), first, last: row - 1 - ahead, end: row - 1 });
    first = row;
  }
  return extents;
}
