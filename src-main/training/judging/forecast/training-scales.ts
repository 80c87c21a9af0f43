import type { ForecastSeries, ForecastTruth } from "./series.js";

/** What errors are divided by, from the training span alone. undefined where that is constant, or too short. */
export interface TrainingScales {
  /**
   * By column: mean |y[t] − y[t−m]| over rows t of the training span, where t−m is in it and in the same segment: MASE's divisor (Hyndman and Koehler 2006, as
   * M4 has it; one over all series of a table).
   */
  readonly seasonal: readonly (number | undefined)[];
  /** By column: the population standard deviation. */
  readonly deviation: readonly (number | undefined)[];
}

/** O(rows · columns), in two passes. */
export function trainingScales({ segment, training, season }: ForecastSeries, { values, columns }: ForecastTruth): TrainingScales {
  const width = columns.length;
  const perColumn = (k: number) => {
    let [count, total, pairs, moved] = [0, 0, 0, 0];
    for (let row = 0; row < segment.length; row++) {
      if (training[row] !== 1) continue;
      const value = values[row * width + k] ?? NaN;
      if (!Number.isFinite(value)) continue;
      count++;
      total += value;
      const before = row - season;
      const past = before >= 0 && training[before] === 1 && segment[before] === segment[row] ? (values[before * width + k] ?? NaN) : NaN;
      if (!Number.isFinite(past)) continue;
      pairs++;
      moved += Math.abs(value - past);
    }
    const mean = total / count;
    let squares = 0;
    let constant = true;
    let first: number | undefined;
    for (let row = 0; row < segment.length; row++) {
      const value = training[row] === 1 ? (values[row * width + k] ?? NaN) : NaN;
      if (!Number.isFinite(value)) continue;
      first ??= value;
      if (value !== first) constant = false;
      squares += (value - mean) ** 2;
    }
    return { seasonal: positive(moved / pairs), deviation: constant ? undefined : positive(Math.sqrt(squares / count)) };
  };
  const found = columns.map((_, k) => perColumn(k));
  return { seasonal: found.map(({ seasonal }) => seasonal), deviation: found.map(({ deviation }) => deviation) };
}

function positive(value: number): number | undefined {
  return value > 0 && Number.isFinite(value) ? value : undefined;
}
