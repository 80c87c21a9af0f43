import { z } from "zod";
import type { seriesDecision, seriesPhase, seriesStep } from "../features/series.js";

export type SeriesStep = z.infer<typeof seriesStep>;
export type SeriesPhase = z.infer<typeof seriesPhase>;
export type SeriesDecision = z.infer<typeof seriesDecision>;

/** A time in a report: µs since 1970, or the row's number where there is no time; and as people read it. */
const moment = z.strictObject({ us: z.number(), text: z.string() });

const counts = z.record(z.string(), z.number());

/** A run of steps that no row of the file is of; `from` and `to` are the first and the last of them. */
export const seriesGap = z.strictObject({ from: moment, to: moment, rows: z.number() });

export const seriesOf = z.strictObject({
  /** The text of the id column; empty where there is none. */
  id: z.string(),
  /** Of the regular table. */
  rows: z.number(),
  first: moment,
  last: moment,
  /** How many there are, and the first hundred. */
  gapCount: z.number(),
  gaps: z.array(seriesGap),
  /** Steps that are missing in the file. */
  gapRows: z.number(),
  /** Rows of the file whose time another row of the id has already. */
  duplicates: z.number(),
  /** Rows of the file that stand before an earlier time's. */
  outOfOrder: z.number(),
  /** Values that were filled in, and values that stay missing, by column. */
  filled: counts,
  missing: counts,
  /** Days of 23 and of 25 hours. */
  shortDays: z.number(),
  longDays: z.number(),
});

/** What making a table regular found and did. */
export const seriesReport = z.strictObject({
  /** Rows of the file, and of the regular table. */
  read: z.number(),
  rows: z.number(),
  /** Rows that are not used, for want of a time or an id. */
  timeless: z.number(),
  idless: z.number(),
  /** How many series there are; `series` lists the first 10,000. */
  ids: z.number(),
  series: z.array(seriesOf),
  gapCount: z.number(),
  gapRows: z.number(),
  longestGap: z.number(),
  duplicates: z.number(),
  outOfOrder: z.number(),
  /** Rows whose time is moved to the beginning of its step. */
  offGrid: z.number(),
  /** Local times that a change of clocks skips, and such as occur twice. */
  skipped: z.number(),
  repeated: z.number(),
  filled: counts,
  missing: counts,
  /** Columns with one value only. */
  constant: z.array(z.string()),
});
export type SeriesReport = z.infer<typeof seriesReport>;
