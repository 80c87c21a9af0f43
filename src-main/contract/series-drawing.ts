import { z } from "zod";
import { seriesReport } from "./series.js";

/** What the studio draws of a series. Times are µs since 1970 UTC, or numbers of rows where a series has no times. */

/** Of the series in a file by its id, or of the only one. */
const seriesId = z.string().max(10_000).optional();

export const seriesOverview = z.strictObject({
  /** Whether rows have times; without, they count. */
  calendar: z.boolean(),
  zone: z.string(),
  /** Such as "1 hour", and as a project writes it. */
  step: z.strictObject({ label: z.string(), written: z.string() }),
  season: z.number().optional(),
  /** Columns that are known in advance, and all columns of numbers in the table's order. */
  known: z.array(z.string()),
  numbers: z.array(z.string()),
  /** Of the first thousand series. */
  report: seriesReport,
  /** When the last k hundredths of all rows begin, k from 0 to 100; of 0 the end. */
  shares: z.array(z.number()),
});
export type SeriesOverview = z.infer<typeof seriesOverview>;

export const seriesViewQuestion = z.strictObject({
  id: seriesId,
  columns: z.array(z.string().max(10_000)).min(1).max(8),
  from: z.number(),
  to: z.number(),
  /** Stretches at most that a line is cut into: of each its least and its greatest value are drawn. */
  points: z.int().min(2).max(4000),
});
export type SeriesViewQuestion = z.infer<typeof seriesViewQuestion>;

/** Rows of the regular table in which a value was filled in, without another row between them. */
const filledStretch = z.strictObject({ from: z.number(), to: z.number(), rows: z.number() });

export const seriesViewAnswer = z.strictObject({
  from: z.number(),
  to: z.number(),
  rows: z.number(),
  /** Each row has its point. */
  exact: z.boolean(),
  /** null: there is no value, or the series is broken here. */
  lines: z.array(z.strictObject({ column: z.string(), x: z.array(z.number()), y: z.array(z.number().nullable()) })),
  filled: z.array(filledStretch),
});
export type SeriesViewAnswer = z.infer<typeof seriesViewAnswer>;

export const seriesSampleQuestion = z.strictObject({
  id: seriesId,
  at: z.number(),
  /** Rows before the sample's own, and after it. */
  past: z.int().min(0).max(1e6),
  ahead: z.int().min(0).max(1e6),
});
export type SeriesSampleQuestion = z.infer<typeof seriesSampleQuestion>;

/** The sample whose own row is nearest to a time. */
export const seriesSampleAnswer = z.strictObject({
  /** From 1, in the regular table. */
  row: z.number(),
  at: z.number(),
  /** The rows beside it, where the series has them. */
  before: z.number().optional(),
  after: z.number().optional(),
  /** The first and the last row that it reaches; absent where it reaches beyond an end of the series, or over a gap that splits it. */
  first: z.number().optional(),
  last: z.number().optional(),
});
export type SeriesSampleAnswer = z.infer<typeof seriesSampleAnswer>;
