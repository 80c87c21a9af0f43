import { z } from "zod";
import { calendarParts, combineWays, gapWays } from "../features/series.js";
import { seriesReport } from "./series.js";

export { calendarParts, combineWays, gapWays };

const column = z.string().min(1).max(1000);
const calendarPart = z.enum(calendarParts);
const part = z.strictObject({ rows: z.number(), longest: z.number(), first: z.string(), last: z.string() });

/** What a user says of a series to be made of a table; the rest is found. */
export const seriesWish = z.strictObject({
  time: column.optional(),
  /** The rows are in plain order, though a column looks like times. */
  ordered: z.boolean().optional(),
  /** Empty: one series, though a column looks like ids. */
  id: z.string().max(1000).optional(),
  zone: z.string().min(1).max(100).optional(),
  step: z.string().min(1).max(20).optional(),
  gaps: z.enum(gapWays).optional(),
  combine: z.enum(combineWays).optional(),
  season: z.int().min(2).max(100_000).optional(),
  calendar: z.array(calendarPart).max(calendarParts.length).optional(),
  known: z.array(column).max(1000).optional(),
  /** Rows. */
  window: z.int().min(1).optional(),
  horizon: z.int().min(1).optional(),
});
export type SeriesWish = z.infer<typeof seriesWish>;

/** What making a table regular found and did, in counts. */
export const seriesFound = z.strictObject({
  ...seriesReport.omit({ series: true }).shape,
  /** Days of 23 and of 25 hours, in the series that has most. */
  shortDays: z.number(),
  longDays: z.number(),
  longestGaps: z.array(z.strictObject({ id: z.string(), from: z.string(), to: z.string(), rows: z.number() })),
});
export type SeriesFound = z.infer<typeof seriesFound>;

/** What became of it. */
export const seriesPlan = z.strictObject({
  time: z.string().optional(),
  id: z.string().optional(),
  /** Such as 1h; absent where the rows are only in order. */
  step: z.string().optional(),
  /** Such as "1 hour". */
  stepLabel: z.string(),
  zone: z.string(),
  season: z.number().optional(),
  gaps: seriesWish.shape.gaps.unwrap(),
  combine: seriesWish.shape.combine.unwrap(),
  found: seriesFound,
  calendar: z.array(calendarPart),
  known: z.array(z.string()),
  window: z.number(),
  /** Absent where windows are told apart by classes. */
  horizon: z.number().optional(),
  /** The longest that fit, each with the other as it is. */
  longestWindow: z.number(),
  longestHorizon: z.number(),
  /** Of the regular table, and how many series it holds. */
  rows: z.number(),
  series: z.number(),
  first: z.string(),
  last: z.string(),
  spans: z.strictObject({ train: part.optional(), validation: part.optional(), test: part.optional() }),
  /** What a window reads, those of the calendar too. */
  columns: z.array(z.string()),
});
export type SeriesPlan = z.infer<typeof seriesPlan>;
