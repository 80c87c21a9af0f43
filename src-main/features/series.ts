import { z } from "zod";
import { columnSchema } from "./options.js";

/** From one row of a series to the next. */
export const seriesStep = z.strictObject({
  /** Seconds in UTC, days and months on the local calendar, or rows where no calendar is known. */
  unit: z.enum(["second", "day", "month", "row"]),
  count: z.number(),
  /** Such as "1 hour". */
  label: z.string(),
});

/** Which moments rows stand for, beside the step. */
export const seriesPhase = z.strictObject({
  /** µs from the beginning of a step; of days, on the local calendar; of months, within the day. */
  us: z.number(),
  /** Of months: the day, 31 for the last one. */
  day: z.number(),
  /** Of several months: which of them. */
  month: z.number(),
});

/** What was decided of a series' table, and holds for other tables of the same project. */
export const seriesDecision = z.strictObject({
  zone: z.string(),
  step: seriesStep,
  season: z.number().optional(),
  /** Columns that are known in advance, those of the calendar too. */
  known: z.array(z.string()),
  phase: seriesPhase,
  /** Whether the day stands first in dates such as 01/02/2024; left out where none was so written. */
  dayFirst: z.boolean().optional(),
  /** How each column of the file is read, in the file's order. */
  columns: z.array(z.strictObject({ name: z.string(), number: z.boolean() })),
  /** Columns that have one of 0 and 1 beside them. */
  marked: z.array(z.string()),
});

export const gapWays = ["interpolate", "forward", "mark", "split"] as const;
export const combineWays = ["mean", "sum", "min", "max", "first", "last"] as const;
export const calendarParts = ["hour", "weekday", "monthday", "yearday", "month"] as const;

/** Whether a missing value is put on a line between its neighbours, and so is not known before the later one is. */
export function fillsOnLines(gaps: (typeof gapWays)[number]): boolean {
  return gaps === "interpolate" || gaps === "mark";
}

/** How a table becomes regular in time, as a project says it. */
export const seriesSettings = {
  gaps: z
    .enum(gapWays)
    .default("interpolate")
    .describe("Missing values: on a line between their neighbours; the last value; a line, and a column <column>.missing of 0 and 1; or a gap ends the series"),
  combine: z.enum(combineWays).default("mean").describe("What several rows within one step become"),
  calendar: z
    .array(z.enum(calendarParts))
    .max(calendarParts.length)
    .optional()
    .describe("Parts of the local time that become two columns each, <part>.sin and <part>.cos"),
};

/** What another table of the same series is made regular by. */
export const fittedSeries = z.strictObject({
  time: columnSchema.optional(),
  id: columnSchema.optional(),
  /** As the project names them; those of the calendar are in `decision`. */
  known: z.array(columnSchema).optional(),
  ...seriesSettings,
  decision: seriesDecision,
});
export type FittedSeries = z.infer<typeof fittedSeries>;
