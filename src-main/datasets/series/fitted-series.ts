import type { SeriesSourceSpec } from "../../contract/data.js";
import type { FittedSeries } from "../../features/series.js";
import type { Database } from "../sources/database.js";
import type { Source, Wanted } from "../sources/source.js";
import { type OpenSeriesOptions, openSeries } from "./regular-series.js";
import type { RegularSeries } from "./regular-table.js";

/** What another table of the same series is made regular by. */
export function fittedSeriesOf(spec: SeriesSourceSpec, series: RegularSeries): FittedSeries {
  const { zone, step, season, known, phase, dayFirst, columns, marked } = series;
  return {
    ...(spec.time === undefined ? {} : { time: spec.time }),
    ...(spec.id === undefined ? {} : { id: spec.id }),
    ...(spec.known === undefined ? {} : { known: [...spec.known] }),
    gaps: spec.gaps,
    combine: spec.combine,
    ...(spec.calendar === undefined ? {} : { calendar: [...spec.calendar] }),
    decision: {
      zone,
      step,
      ...(season === undefined ? {} : { season }),
      known: [...known],
      phase,
      ...(dayFirst === undefined ? {} : { dayFirst }),
      columns: columns.map((column) => ({ ...column })),
      marked: [...marked],
    },
  };
}

/**
 * Makes another table regular as the training's was. @param wanted columns of it that are read
 * @throws LatheError as `openSeries`
 */
export function openFitted(
  database: Database,
  table: Source,
  { decision, ...settings }: FittedSeries,
  wanted: Wanted,
  options: Pick<OpenSeriesOptions, "extend" | "signal">,
): Promise<Source> {
  const spec: SeriesSourceSpec = {
    type: "series",
    path: table.path,
    stride: 1,
    ...settings,
    ...(decision.season === undefined ? {} : { season: decision.season }),
  };
  const cells = new Map([...wanted.numbers.map((name) => [name, "number"] as const), ...wanted.texts.map((name) => [name, "text"] as const)]);
  return openSeries(database, table, spec, { like: decision, cells, ...options });
}
