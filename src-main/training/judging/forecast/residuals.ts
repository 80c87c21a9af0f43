import type { ForecastResiduals, ResidualsOfStep } from "../../../contract/forecast-report.js";
import { autocorrelation, usualLags } from "./autocorrelation.js";
import { histogramOf } from "./histogram.js";
import { inOrder } from "./in-order.js";
import { type ForecastSamples, type ForecastSeries, type SampledSeries, type SampledTruth, checkSamples } from "./series.js";

/** What is drawn of a line at most. */
const MOST_POINTS = 2000;

/**
 * Forecast − truth of one column, for the next step and for the last of the horizon. O(n log n + n · lags).
 * @param column from 0. @throws LatheError `internal` as `checkSamples`
 */
export function forecastResiduals(
  series: SampledSeries & Pick<ForecastSeries, "season">,
  truth: SampledTruth,
  samples: ForecastSamples,
  column = 0,
): ForecastResiduals {
  checkSamples(series, truth, samples);
  const { horizon, columns } = truth;
  const n = samples.origins.length;
  const places = inOrder(samples.origins);
  const cell = (i: number, step: number) => (i * horizon + step - 1) * columns.length + column;
  const residuals = (step: number) => Float64Array.from(places, (i) => (samples.outputs[cell(i, step)] ?? NaN) - (samples.truths[cell(i, step)] ?? NaN));
  const rows = (step: number) => Uint32Array.from(places, (i) => (samples.origins[i] ?? 0) + step);
  const first = residuals(1);
  return {
    samples: n,
    first: ofStep(series, 1, rows(1), first),
    last: ofStep(series, horizon, rows(horizon), residuals(horizon)),
    autocorrelation: autocorrelation(first, rows(1), (row) => series.segment[row - 1], usualLags(series.season)),
  };
}

/** @param rows that were forecast, from 1 */
function ofStep(series: SampledSeries, step: number, rows: Uint32Array, residuals: Float64Array): ResidualsOfStep {
  const time = Float64Array.from(rows, (row) => Number(series.time[row - 1]));
  const known = inOrder(time).filter((i) => Number.isFinite(residuals[i]));
  const shown = extremes(known, (i) => residuals[i] ?? 0);
  let total = 0;
  for (const i of known) total += residuals[i] ?? 0;
  const bias = total / known.length;
  let squares = 0;
  for (const i of known) squares += ((residuals[i] ?? 0) - bias) ** 2;
  return {
    step,
    bias: known.length > 0 ? bias : null,
    deviation: known.length > 0 ? Math.sqrt(squares / known.length) : null,
    rows: shown.map((i) => rows[i] ?? 0),
    times: shown.map((i) => time[i] ?? 0),
    values: shown.map((i) => residuals[i] ?? 0),
    histogram: histogramOf(residuals),
  };
}

/** All places, or the least and the greatest of each of a thousand stretches, in order. */
function extremes(places: Uint32Array, value: (place: number) => number): number[] {
  if (places.length <= MOST_POINTS) return [...places];
  const stretches = MOST_POINTS / 2;
  return Array.from({ length: stretches }, (_, s) => {
    const stretch = places.subarray(Math.floor((s * places.length) / stretches), Math.floor(((s + 1) * places.length) / stretches));
    let [least, greatest] = [0, 0];
    stretch.forEach((place, i) => {
      if (value(place) < value(stretch[least] ?? 0)) least = i;
      if (value(place) > value(stretch[greatest] ?? 0)) greatest = i;
    });
    return [...new Set([Math.min(least, greatest), Math.max(least, greatest)])].map((i) => stretch[i] ?? 0);
  }).flat();
}
