import { z } from "zod";
import { metricValues } from "./metric-values.js";

/** How good a run's forecasts are: `forecast` of `report.json`, and what is drawn of residuals. Numbers in the target's own unit; null: does not exist. */

/** `[horizon][columns]` */
const byCell = z.array(z.array(z.number().nullable()));

const bySteps = z.strictObject({
  /**
   * `mse`, `rmse`, `mae`, `mape`, `smape`, `mase`, `bias` (mean of forecast − truth); of the model also `mse.standardised`, `skill.naive`, `skill.seasonal`.
   */
  values: metricValues,
  /** The same of each step of the horizon. */
  steps: z.array(metricValues),
});

export const forecastFigures = bySteps.extend({
  /** By column, of a target with several. */
  columns: z.record(z.string(), bySteps).optional(),
});
export type ForecastFigures = z.infer<typeof forecastFigures>;

export const forecastBaseline = forecastFigures.extend({
  /** Samples that have this baseline, and those that do not: their segment begins too late. A skill is over the former alone, on both sides. */
  samples: z.number(),
  leftOut: z.number(),
});
export type ForecastBaseline = z.infer<typeof forecastBaseline>;

export const forecastVerdict = z.strictObject({
  against: z.enum(["naive", "seasonal"]),
  /** Samples that were compared. */
  samples: z.number(),
  /** 1 − the model's MSE / the baseline's, and its 95 % interval; null where the baseline is never wrong, or a forecast is no number. */
  skill: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
  /** How likely so large a difference would be if both were equally good (two-sided). */
  probability: z.number().nullable(),
  /** `better`, `worse`: beyond chance at 5 %; `unclear`: a skill above 0 that may be chance; `no-better`: not above 0; `unknown`: cannot be compared. */
  result: z.enum(["better", "unclear", "no-better", "worse", "unknown"]),
  /** The same as a sentence. */
  message: z.string(),
});
export type ForecastVerdict = z.infer<typeof forecastVerdict>;

export const forecastNote = z.strictObject({
  code: z.enum(["forecast.not-finite", "forecast.constant", "forecast.no-seasonal", "forecast.unbounded"]),
  message: z.string(),
});
export type ForecastNote = z.infer<typeof forecastNote>;

export const forecastScore = forecastFigures.extend({
  samples: z.number(),
  naive: forecastBaseline,
  /** As naive where the series has no season. */
  seasonal: forecastBaseline,
  /** Against repeating the last value and, where there is a season, the last season. */
  verdicts: z.array(forecastVerdict),
  notes: z.array(forecastNote),
});
export type ForecastScore = z.infer<typeof forecastScore>;

/** A prediction interval: forecast + lower … forecast + upper. */
export const forecastInterval = z.strictObject({
  /** Share of truths that it is made to hold, such as 0.95. */
  level: z.number(),
  /** null: too few validation samples to bound it. */
  lower: byCell,
  upper: byCell,
  /** Measured on the test samples: share of truths inside, over all and by cell, and the mean of the widths; absent without a test. */
  test: z.strictObject({ coverage: z.number().nullable(), width: z.number().nullable(), cells: byCell }).optional(),
});
export type ForecastInterval = z.infer<typeof forecastInterval>;

export const forecastTargetReport = z.strictObject({
  horizon: z.number(),
  columns: z.array(z.string()),
  /** By column: MASE's divisor, and the deviation that standardises; null where the training span is constant or too short. */
  scale: z.array(z.number().nullable()),
  deviation: z.array(z.number().nullable()),
  validation: forecastScore.optional(),
  test: forecastScore.optional(),
  /** Absent without validation samples. */
  intervals: z.strictObject({ samples: z.number(), levels: z.array(forecastInterval), notes: z.array(forecastNote) }).optional(),
});
export type ForecastTargetReport = z.infer<typeof forecastTargetReport>;

export const forecastReport = z.strictObject({
  /** Steps of a season; 1: none. */
  season: z.number(),
  targets: z.record(z.string(), forecastTargetReport),
});
export type ForecastReport = z.infer<typeof forecastReport>;

/** Forecasts of a stretch beside what came. */
export const forecastStretch = z.strictObject({
  target: z.string(),
  column: z.string(),
  /** µs since 1970 UTC, or rows where there are no times. */
  times: z.array(z.number()),
  actual: z.array(z.number().nullable()),
  /** null: there is none. */
  forecast: z.array(z.number().nullable()),
  /** Places at which another forecast begins: it knows what came before. */
  starts: z.array(z.number()),
});
export type ForecastStretch = z.infer<typeof forecastStretch>;

const residualsOfStep = z.strictObject({
  /** From 1. */
  step: z.number(),
  /** Mean and standard deviation of forecast − truth. */
  bias: z.number().nullable(),
  deviation: z.number().nullable(),
  /** Forecast − truth over time: the rows that were forecast, from 1, and their times (µs since 1970 UTC); of many the extremes of each stretch. */
  rows: z.array(z.number()),
  times: z.array(z.number()),
  values: z.array(z.number()),
  histogram: z.strictObject({ edges: z.array(z.number()), counts: z.array(z.number()) }),
});
export type ResidualsOfStep = z.infer<typeof residualsOfStep>;

export const forecastResiduals = z.strictObject({
  samples: z.number(),
  /** Of the next step, and of the last of the horizon. */
  first: residualsOfStep,
  last: residualsOfStep,
  /** Of the next step's residuals: at lags 0, 1, … steps; null where no two samples lie so far apart. White noise stays within ± band 95 % of the time. */
  autocorrelation: z.strictObject({ values: z.array(z.number().nullable()), band: z.number().nullable() }),
});
export type ForecastResiduals = z.infer<typeof forecastResiduals>;

/** What is drawn of a run's forecasts of a part. */
export const judgedForecast = z.strictObject({
  horizon: z.number(),
  season: z.number(),
  /** IANA time zone; and whether times are such, or just numbers of rows. */
  zone: z.string(),
  calendar: z.boolean(),
  /** Series with samples of the part, the first thousand; its id, or empty. */
  series: z.array(z.strictObject({ id: z.string(), samples: z.number() })),
  /** Of the chosen series. */
  stretch: forecastStretch,
  /** Bounds of the forecasts of the stretch, of the largest level; absent without intervals. */
  bounds: z.strictObject({ level: z.number(), lower: z.array(z.number().nullable()), upper: z.array(z.number().nullable()) }).optional(),
  residuals: forecastResiduals,
});
export type JudgedForecast = z.infer<typeof judgedForecast>;
