import { finiteOrNull } from "../../../base/finite.js";
import type { ForecastInterval } from "../../../contract/forecast-report.js";
import type { ForecastSamples } from "./series.js";

/**
 * Prediction intervals by split-conformal residuals (Lei, G'Sell, Rinaldo, Tibshirani and Wasserman 2018): of each step and column, the validation samples'
 * residuals truth − forecast, one tail on each side. With n of them, the bounds of level 1 − α are the ⌊(n+1)·α/2⌋-th smallest and the ⌈(n+1)·(1−α/2)⌉-th;
 * where there is no such residual, that side is unbounded. Residuals of overlapping windows depend on one another and the future may differ from the
 * validation span, so no coverage is promised: it is measured on the test samples.
 * O(horizon · columns · n log n)
 */
export function conformalIntervals(validation: ForecastSamples, horizon: number, columns: number, levels: readonly number[]): ForecastInterval[] {
  const n = validation.origins.length;
  const found = levels.map((level) => ({ level, lower: [] as (number | null)[][], upper: [] as (number | null)[][] }));
  const residuals = new Float64Array(n);
  for (let h = 0; h < horizon; h++) {
    for (const { lower, upper } of found) [lower[h], upper[h]] = [[], []];
    for (let k = 0; k < columns; k++) {
      const cell = h * columns + k;
      for (let i = 0; i < n; i++)
        residuals[i] = (validation.truths[i * horizon * columns + cell] ?? NaN) - (validation.outputs[i * horizon * columns + cell] ?? NaN);
      residuals.sort();
      // A forecast that is no number is wrong on either side; it sorts last.
      let unknown = 0;
      while (unknown < n && Number.isNaN(residuals[n - 1 - unknown])) unknown++;
      for (const { level, lower, upper } of found) {
        const rank = upperRank(n, level);
        lower[h]?.push(finiteOrNull(residuals[n - rank - unknown]));
        upper[h]?.push(rank <= n ? finiteOrNull(residuals[rank - 1]) : null);
      }
    }
  }
  return found;
}

/** ⌈(n+1)·(1−α/2)⌉, rounded first: of 39 samples at 0.95 it is 39, not ⌈39.00…01⌉. */
function upperRank(n: number, level: number): number {
  return Math.ceil(Number((((n + 1) * (1 + level)) / 2).toPrecision(12)));
}

/** How many validation samples an interval takes to have bounds. */
export function leastSamples(level: number): number {
  return Math.ceil(Number((2 / (1 - level)).toPrecision(12))) - 1;
}

/** How many of a part's truths an interval holds, and how wide it is. A forecast that is no number holds none. */
export function measureInterval({ lower, upper }: ForecastInterval, { origins, outputs, truths }: ForecastSamples): NonNullable<ForecastInterval["test"]> {
  const n = origins.length;
  const [low, high] = [lower.flat(), upper.flat()];
  const width = low.length / lower.length;
  const shares = low.map((from, cell) => {
    const to = high[cell] ?? null;
    let inside = 0;
    for (let i = cell; i < truths.length; i += low.length) {
      const residual = (truths[i] ?? NaN) - (outputs[i] ?? NaN);
      if (!Number.isNaN(residual) && (from === null || residual >= from) && (to === null || residual <= to)) inside++;
    }
    return n === 0 ? null : inside / n;
  });
  const widths = low.map((from, cell) => (from === null || high[cell] === null ? null : (high[cell] ?? NaN) - from));
  return { coverage: mean(shares), width: mean(widths), cells: Array.from({ length: lower.length }, (_, h) => shares.slice(h * width, (h + 1) * width)) };
}

function mean(values: readonly (number | null)[]): number | null {
  let total = 0;
  for (const value of values) {
    if (value === null) return null;
    total += value;
  }
  return values.length === 0 ? null : total / values.length;
}
