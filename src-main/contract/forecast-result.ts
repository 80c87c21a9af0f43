import { z } from "zod";
import { formulaCells, predictionResult } from "./results.js";

/** What a forecast says of itself: the last line of `--json`, and what the studio draws. */

export const forecastNote = z.strictObject({
  code: z.enum([
    "forecast.origin",
    "forecast.ends",
    "forecast.left-out",
    "forecast.targets",
    "forecast.recursive",
    "forecast.no-intervals",
    "forecast.beyond",
    "forecast.unbounded",
  ]),
  message: z.string(),
});
export type ForecastNote = z.infer<typeof forecastNote>;

/** Where the forecast of a series begins and ends, as people read times; without times the numbers of rows. */
const forecastSpan = z.strictObject({
  /** Absent where there are no ids. */
  id: z.string().optional(),
  /** The last row that the forecast knows, and the last one of the table where that is another. */
  origin: z.string(),
  last: z.string().optional(),
  from: z.string(),
  to: z.string(),
});

export const forecastResult = z.strictObject({
  event: z.literal("forecast"),
  /** The CSV; absent where none was asked for. */
  out: z.string().optional(),
  /** Of the CSV: a row for each series and step. */
  rows: z.number(),
  steps: z.number(),
  /** Steps that one go of the model gives. */
  modelSteps: z.number(),
  /** From one row to the next, such as "1 hour". */
  step: z.string(),
  levels: z.array(z.number()),
  /** Columns of the CSV that hold forecasts. */
  columns: z.array(z.string()),
  /** How many series were forecast, and the first thousand. */
  seriesCount: z.number(),
  series: z.array(forecastSpan),
  /** Series without a forecast, the first thousand, each with why as the end of a sentence that begins with it. */
  leftOutCount: z.number(),
  leftOut: z.array(z.strictObject({ id: z.string(), reason: z.string() })),
  notes: z.array(forecastNote),
  unknownValues: predictionResult.shape.unknownValues,
  outside: predictionResult.shape.outside,
  formulas: formulaCells,
});
export type ForecastResult = z.infer<typeof forecastResult>;

/** A series and its forecast, to be drawn. Times are µs since 1970 UTC, or numbers of rows; null: there is no such number. */
const drawnSeries = z.strictObject({
  id: z.string().optional(),
  /** The last rows up to the forecast's origin, by column. */
  history: z.strictObject({ times: z.array(z.number()), values: z.record(z.string(), z.array(z.number().nullable())) }),
  forecast: z.strictObject({
    times: z.array(z.number()),
    /** By column of `columns`. */
    values: z.record(
      z.string(),
      z.strictObject({
        values: z.array(z.number().nullable()),
        /** By level, in the order of `levels`. */
        bounds: z.array(z.strictObject({ lower: z.array(z.number().nullable()), upper: z.array(z.number().nullable()) })),
      }),
    ),
    /** What is known in advance of these rows, as the model read it. */
    known: z.record(z.string(), z.array(z.number().nullable())),
  }),
});
export type DrawnSeries = z.infer<typeof drawnSeries>;

export const drawnForecast = forecastResult.extend({
  /** IANA time zone of the series; and whether its times are such, or just numbers. */
  zone: z.string(),
  calendar: z.boolean(),
  drawn: z.array(drawnSeries),
});
export type DrawnForecast = z.infer<typeof drawnForecast>;

/** Values of a column known in advance that take the place of the table's, from the first step on. */
export const knownValues = z.strictObject({
  column: z.string(),
  /** Of one series; absent: of all. */
  id: z.string().optional(),
  values: z.array(z.number().nullable()).max(10_000),
});
export type KnownValues = z.infer<typeof knownValues>;
