import { finiteOrNull } from "../../../base/finite.js";
import type { ForecastBaseline, ForecastFigures } from "../../../contract/forecast-report.js";
import type { MetricValues, RawValues } from "../../../metrics/metric.js";
import { naiveForecast, seasonalForecast } from "./baselines.js";
import { ErrorSums, SquaredErrors } from "./error-sums.js";
import type { ForecastSamples, ForecastSeries, ForecastTruth } from "./series.js";
import type { TrainingScales } from "./training-scales.js";

/** A model's forecasts beside a baseline's, over the samples that have both. */
export interface Comparison {
  readonly baseline: ErrorSums;
  readonly model: SquaredErrors;
  readonly leftOut: number;
  /** `[compared]`: places of the samples that were compared, and the baseline's mean squared error minus the model's. */
  readonly places: Uint32Array;
  readonly gains: Float64Array;
}

export interface ForecastErrors {
  readonly model: ErrorSums;
  readonly naive: Comparison;
  readonly seasonal: Comparison;
}

/**
 * Errors of a model and of both baselines. The model's are those against the truths it was given, a baseline's those within the series itself, so that one
 * that is exact has an error of exactly 0. O(n · horizon · columns).
 */
export function forecastErrors(series: ForecastSeries, truth: ForecastTruth, { origins, outputs, truths }: ForecastSamples): ForecastErrors {
  const columns = truth.columns.length;
  const cells = truth.horizon * columns;
  const source = { values: truth.values, columns, segment: series.segment };
  const forecast = new Float64Array(cells);
  const compare = (predict: (row: number) => boolean): Comparison => {
    const [baseline, model] = [new ErrorSums(cells), new SquaredErrors(cells)];
    const [places, gains] = [new Uint32Array(origins.length), new Float64Array(origins.length)];
    let compared = 0;
    origins.forEach((origin, i) => {
      if (!predict(origin - 1)) return;
      places[compared] = i;
      gains[compared++] = baseline.add(forecast, 0, truth.values, origin * columns) - model.add(outputs, i * cells, truths, i * cells);
    });
    return { baseline, model, leftOut: origins.length - compared, places: places.subarray(0, compared), gains: gains.subarray(0, compared) };
  };
  const model = new ErrorSums(cells);
  for (let i = 0; i < origins.length; i++) model.add(outputs, i * cells, truths, i * cells);
  return {
    model,
    naive: compare((row) => naiveForecast(source, row, forecast)),
    seasonal: compare((row) => seasonalForecast(source, row, series.season, forecast)),
  };
}

/** The model's figures: over all, by step of the horizon and, where there are several, by column. */
export function modelFigures({ model, naive, seasonal }: ForecastErrors, truth: ForecastTruth, scales: TrainingScales): ForecastFigures {
  const width = truth.columns.length;
  const variance = (cell: number) => {
    const deviation = scales.deviation[cell % width];
    return deviation === undefined ? undefined : deviation ** 2;
  };
  return figures(truth, (cells) => ({
    ...model.values(cells, (cell) => scales.seasonal[cell % width]),
    "mse.standardised": model.mse(cells, variance),
    "skill.naive": skill(naive, cells),
    "skill.seasonal": skill(seasonal, cells),
  }));
}

/** A baseline's figures, over the samples that have it. */
export function baselineFigures({ baseline, leftOut }: Comparison, truth: ForecastTruth, scales: TrainingScales): ForecastBaseline {
  const width = truth.columns.length;
  return { samples: baseline.samples, leftOut, ...figures(truth, (cells) => baseline.values(cells, (cell) => scales.seasonal[cell % width])) };
}

/** 1 − the model's MSE / the baseline's; undefined where the baseline is never wrong. */
export function skill({ model, baseline }: Comparison, cells: readonly number[]): number | undefined {
  const [mine, other] = [model.mse(cells), baseline.mse(cells)];
  return mine === undefined || !other ? undefined : 1 - mine / other;
}

export function allCells({ horizon, columns }: ForecastTruth): readonly number[] {
  return Array.from({ length: horizon * columns.length }, (_, cell) => cell);
}

function figures(truth: ForecastTruth, of: (cells: readonly number[]) => RawValues): ForecastFigures {
  const { horizon, columns } = truth;
  const width = columns.length;
  const steps = Array.from({ length: horizon }, (_, h) => h);
  const column = (k: number) => ({ values: finite(of(steps.map((h) => h * width + k))), steps: steps.map((h) => finite(of([h * width + k]))) });
  return {
    values: finite(of(allCells(truth))),
    steps: steps.map((h) => finite(of(columns.map((_, k) => h * width + k)))),
    ...(width > 1 ? { columns: Object.fromEntries(columns.map((name, k) => [name, column(k)])) } : {}),
  };
}

function finite(values: RawValues): MetricValues {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, finiteOrNull(value)]));
}
