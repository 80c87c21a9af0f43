import type { SeriesDecision, SeriesReport } from "../../contract/series.js";

/** A regular table, and what was decided to make it. */
export interface RegularSeries extends SeriesDecision {
  /** The DuckDB table: a row for each step and id, in order of id, then time; `rowid` counts rows from 0. */
  readonly table: string;
  /** The columns of times and of ids. */
  readonly time?: string;
  readonly id?: string;
  readonly report: SeriesReport;
  /** By column, SQL of whether a row's value was filled in from a later one; of columns that have such values. */
  readonly filledFromLater: ReadonlyMap<string, string>;
  /** Samples that end at such a value are judged, too: for runs that began when they were. */
  readonly judgesLines?: true;
  /** Of the source's warnings those that say what the report counts. */
  readonly told: readonly string[];
}
