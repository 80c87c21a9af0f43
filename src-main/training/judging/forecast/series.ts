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

/** @throws LatheError `internal` where lengths do not go together, or a sample's future is not in its segment. */
export function checkSamples({ segment, time, training }: ForecastSeries, { columns, values, horizon }: ForecastTruth, samples: ForecastSamples): void {
  const rows = segment.length;
  const length = (what: string, got: number, expected: number) => {
    if (got !== expected) throw new LatheError("internal", `got ${got} ${what} to judge forecasts by, expected ${expected}`);
  };
  length("times", time.length, rows);
  length("training marks", training.length, rows);
  length("values", values.length, rows * columns.length);
  const { origins, outputs, truths } = samples;
  length("outputs", outputs.length, origins.length * horizon * columns.length);
  length("truths", truths.length, outputs.length);
  for (const origin of origins) {
    if (origin < 1 || origin + horizon > rows || segment[origin - 1] !== segment[origin - 1 + horizon])
      throw new LatheError("internal", `the ${horizon} rows after row ${origin} are not in its segment`);
  }
}
