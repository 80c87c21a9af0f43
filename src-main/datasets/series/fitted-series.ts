import type { SeriesSourceSpec } from "../../contract/data.js";
import type { FittedSeries } from "../../features/series.js";
import type { RegularSeries } from "./regular-series.js";

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
      dayFirst,
      columns: columns.map((column) => ({ ...column })),
      marked: [...marked],
    },
  };
}

/** A source as `openSeries` takes it, of another file. */
export function specOfFitted({ decision, ...settings }: FittedSeries, path: string): SeriesSourceSpec {
  return { type: "series", path, stride: 1, ...settings, ...(decision.season === undefined ? {} : { season: decision.season }) };
}
