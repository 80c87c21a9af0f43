import { onTestFinished } from "vitest";
import { type SeriesSourceSpec, seriesSource } from "../../src-main/contract/data.js";
import { type OpenSeriesOptions, type RegularSeries, openSeries } from "../../src-main/datasets/series/regular-series.js";
import { writeTime } from "../../src-main/datasets/series/zone.js";
import { csvOptions } from "../../src-main/datasets/sources/csv.js";
import { Database, type Cell } from "../../src-main/datasets/sources/database.js";
import { withMissing } from "../../src-main/datasets/sources/source.js";
import { openTable } from "../../src-main/datasets/sources/table.js";
import { writeTable } from "./tables.js";
import { temporaryFolder } from "./temporary-folder.js";

/** A series as a project may say it, but for its file. */
export type SeriesDraft = { readonly [K in Exclude<keyof SeriesSourceSpec, "type" | "path">]?: unknown };

export interface OpenedSeries {
  readonly series: RegularSeries;
  /** In order; times as people read them. */
  readonly rows: readonly Readonly<Record<string, Cell>>[];
  readonly warnings: readonly string[];
}

/** A CSV, or a file of a name, as its regular table. */
export async function openedSeries(content: string | readonly [path: string], draft: SeriesDraft = {}, options: OpenSeriesOptions = {}): Promise<OpenedSeries> {
  const folder = temporaryFolder();
  const path = typeof content === "string" ? writeTable(folder, "s.csv", content) : content[0];
  const spec = seriesSource.parse({ type: "series", path, ...draft });
  const database = await Database.open(folder);
  onTestFinished(() => database.close());
  const source = await openSeries(database, withMissing(await openTable(database, folder, path, csvOptions(spec)), spec.missing), spec, options);
  const { series, columns } = source;
  if (!series) throw new Error("no series");
  const listed = columns.map(({ sql, kind }) => (kind === "time" ? `CAST(${sql} AS VARCHAR) AS ${sql}` : sql)).join(", ");
  const read = await database.all(`SELECT ${listed}, series_segment, series_time, series_filled FROM ${source.relation}`);
  const rows = read.map((row) =>
    Object.fromEntries([
      ...columns.map(({ name, sql }) => [name, row[sql] ?? null] as const),
      ["at", writeTime(Number(row["series_time"]), series)],
      ["segment", row["series_segment"] ?? null],
      ["filled", row["series_filled"] ?? null],
    ]),
  );
  return { series, rows, warnings: source.warnings.map((warning) => warning.replaceAll(path, "FILE")) };
}
