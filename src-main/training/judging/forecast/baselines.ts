/** Forecasts that need no model (Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 5.2). */

export interface BaselineSeries {
  /** `[rows, columns]`, row-major, in their own unit. */
  readonly values: Float64Array | Float32Array;
  readonly columns: number;
  /** `[rows]`: rows with the same number are a run, one step apart. */
  readonly segment: Int32Array;
}

/**
 * ŷ[t+h] = y[t]: the last value goes on.
 * @param row t, from 0. @param into `[horizon, columns]`, filled.
 * @returns false where the value is missing.
 */
export function naiveForecast(series: BaselineSeries, row: number, into: Float64Array): boolean {
  return seasonalForecast(series, row, 1, into);
}

/**
 * ŷ[t+h] = y[t + h − m·⌈h/m⌉]: the last season goes on.
 * @param row t, from 0. @param season m, in steps. @param into `[horizon, columns]`, filled.
 * @returns false where a row that is needed lies before the segment, or its value is missing.
 */
export function seasonalForecast({ values, columns, segment }: BaselineSeries, row: number, season: number, into: Float64Array): boolean {
  // The season's first row is the farthest back, and needed for the next step already.
  const first = row + 1 - season;
  if (first < 0 || segment[first] !== segment[row]) return false;
  let known = true;
  for (let cell = 0, from = first * columns; cell < into.length; cell++) {
    const value = values[from] ?? NaN;
    into[cell] = value;
    if (!Number.isFinite(value)) known = false;
    from = from + 1 === (row + 1) * columns ? first * columns : from + 1;
  }
  return known;
}
