import type { SeriesOverview, SeriesSampleAnswer, SeriesSampleQuestion, SeriesViewAnswer, SeriesViewQuestion } from "../../../contract/series-drawing.js";
import { type SeriesRows, overviewSeries, placesOfSeries, rowsOfSeries, sampleOfSeries, viewSeries } from "../../../datasets/index.js";
import type { PlacesOfRun, PlacesQuestion, TableAt } from "../reading.js";
import type { OpenTable, OpenTables } from "./open-tables.js";
import { hasChanged } from "./read-table.js";

const [OVERVIEW, ROWS, PLACES] = ["series", "rows of series", "places of series"];

/** What is known of a project's series. @throws LatheError `data.*`, `cancelled` */
export function overviewOf(tables: OpenTables, at: TableAt, signal: AbortSignal): Promise<SeriesOverview> {
  return tables.use(at, (table) => table.exclusively(() => keep(table, OVERVIEW, () => overviewSeries(table.staged, signal))), signal);
}

/** A stretch of a series to be drawn. @throws LatheError `data.*`, `cancelled` */
export function stretchOf(tables: OpenTables, at: TableAt, question: SeriesViewQuestion, signal: AbortSignal): Promise<SeriesViewAnswer> {
  return tables.use(at, (table) => table.exclusively(async () => viewSeries(table.staged, await rowsOf(table), question, signal)), signal);
}

/** What a sample reaches over. @throws LatheError `data.*`, `cancelled` */
export function sampleOf(tables: OpenTables, at: TableAt, question: SeriesSampleQuestion, signal: AbortSignal): Promise<SeriesSampleAnswer> {
  return tables.use(at, (table) => table.exclusively(async () => sampleOfSeries(table.staged, await rowsOf(table), question, signal)), signal);
}

/** Where the rows stand that a run was trained on, unless its data has changed since. @throws LatheError `data.*`, `run.storage`, `cancelled` */
export async function placesOf(tables: OpenTables, { table: at, run }: PlacesQuestion, signal: AbortSignal): Promise<PlacesOfRun> {
  if (await hasChanged(at, run, signal)) return { changed: true };
  return tables.use(
    at,
    (table) => table.exclusively(async () => ({ changed: false as const, ...(await keep(table, PLACES, () => placesOfSeries(table.staged))) })),
    signal,
  );
}

function rowsOf(table: OpenTable): Promise<SeriesRows> {
  return keep(table, ROWS, () => rowsOfSeries(table.staged));
}

/** Once a table: it does not change while it is open. */
async function keep<T>({ kept }: OpenTable, key: string, make: () => Promise<T>): Promise<T> {
  if (!kept.has(key)) kept.set(key, await make());
  return kept.get(key) as T;
}
