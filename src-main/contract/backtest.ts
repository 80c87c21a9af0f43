import { z } from "zod";
import { forecastReport } from "./forecast-report.js";

/** `backtest.json`: how good a run's way of training would have been in the past, fold by fold. */

/** Each trains a network of its own. */
export const MOST_FOLDS = 100;

const span = z.strictObject({ rows: z.number(), from: z.string(), to: z.string() });

const foldReport = z.strictObject({
  /** What was learnt from and what was judged: rows and times, and samples. */
  trained: span.extend({ samples: z.number() }),
  judged: span.extend({ samples: z.number() }),
  seconds: z.number(),
  /** Scored as `test`. */
  forecast: forecastReport,
});

export const backtestReport = z.strictObject({
  version: z.literal(1),
  lathe: z.string(),
  project: z.string(),
  run: z.string(),
  seed: z.number(),
  /** Each fold trains for so many: those after which the run's weights were kept. */
  epochs: z.number(),
  seconds: z.number(),
  folds: z.array(foldReport),
  /** The forecasts of all folds together; `mase` by the scale of the first fold's training rows. */
  overall: forecastReport,
  notes: z.array(z.string()),
});
export type BacktestReport = z.infer<typeof backtestReport>;

export const backtestResult = backtestReport.extend({
  event: z.literal("backtest"),
  /** Of the file. */
  report: z.string(),
});
export type BacktestResult = z.infer<typeof backtestResult>;
