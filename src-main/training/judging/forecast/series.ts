import { LatheError } from "../../../base/errors.js";

/** What forecasts are judged by, in plain arrays. */

/**
 * The rows of a regular table, in order of id and time. Rows of a test file of its own follow those of the main file, as row numbers do, with segments of their
 * own.
 */
export interface ForecastSeries {
  /** `[rows]`: rows with the same number are a run, one step apart. */
  readonly segment: Int32Array;
  /** `[rows]`: µs since 1970 UTC, or the row's number within its id where there is no time. */
  readonly time: BigInt64Array | Float64Array;
  /** `[rows]`: 1 in the training span. */
  readonly training: Uint8Array;
  /** Steps of a season; 1 where there is none. */
  readonly season: number;
}

/** The true values of a target's columns. */
export interface ForecastTruth {
  /** C names. */
  readonly columns: readonly string[];
  /** `[rows, C]`, row-major, in their own unit, of the rows of the series. */
  readonly values: Float64Array | Float32Array;
  /** Steps ahead. */
  readonly horizon: number;
}

/** A model's forecasts, as predictions are kept. */
export interface ForecastSamples {
  /** `[n]`: the last row of each sample's past, from 1. */
  readonly origins: Uint32Array;
  /** `[n, horizon, C]`, row-major, in their own unit. */
  readonly outputs: Float32Array;
  /** As `outputs`. */
  readonly truths: Float32Array;
}

/** Whose samples these are: what one needs to know of a series and its truth. */
export type SampledSeries = Pick<ForecastSeries, "segment" | "time">;
export type SampledTruth = Pick<ForecastTruth, "columns" | "horizon">;

/** @throws LatheError `internal` where lengths do not go together. */
export function checkTruth({ segment, training }: ForecastSeries, { columns, values }: ForecastTruth): void {
  expectLength("training marks", training.length, segment.length);
  expectLength("values", values.length, segment.length * columns.length);
}

/** @throws LatheError `internal` where lengths do not go together, or a sample's future is not in its segment. */
export function checkSamples({ segment, time }: SampledSeries, { columns, horizon }: SampledTruth, { origins, outputs, truths }: ForecastSamples): void {
  expectLength("times", time.length, segment.length);
  expectLength("outputs", outputs.length, origins.length * horizon * columns.length);
  expectLength("truths", truths.length, outputs.length);
  for (const origin of origins) {
    if (origin < 1 || origin + horizon > segment.length || segment[origin - 1] !== segment[origin - 1 + horizon])
      throw new LatheError("internal", `the ${horizon} rows after row ${origin} are not in its segment`);
  }
}

function expectLength(what: string, got: number, expected: number): void {
  if (got !== expected) throw new LatheError("internal", `got ${got} ${what} to judge forecasts by, expected ${expected}`);
}
