import type { ForecastVerdict } from "../../../contract/forecast-report.js";
import { type Comparison, allCells, skill } from "./forecast-metrics.js";
import type { ForecastSeries, ForecastTruth } from "./series.js";
import { inOrder } from "./in-order.js";
import { studentQuantile, studentTail } from "./student-t.js";

/** What is called chance: a difference that equally good forecasts show this often. */
const CHANCE = 0.05;

/** More waves make the error hardly surer. */
const MOST_WAVES = 50;

/** Whether a model beats a baseline, and whether that may be chance. @param name the target's; @param origins of all samples, from 1. */
export function judgeAgainst(
  against: ForecastVerdict["against"],
  name: string,
  series: ForecastSeries,
  truth: ForecastTruth,
  origins: Uint32Array,
  comparison: Comparison,
): ForecastVerdict {
  const found = skill(comparison, allCells(truth));
  const known = found !== undefined && Number.isFinite(found);
  const uncertainty = known ? meanGain(series, truth.horizon, origins, comparison) : undefined;
  const other = comparison.baseline.mse(allCells(truth)) ?? NaN;
  const within = uncertainty?.error === undefined ? undefined : (studentQuantile(CHANCE, uncertainty.freedom) * uncertainty.error) / other;
  const numbers = {
    skill: known ? found : null,
    low: known && within !== undefined ? found - within : null,
    high: known && within !== undefined ? found + within : null,
    probability: uncertainty?.probability ?? null,
  };
  const result = !known ? "unknown" : resultOf(found, numbers.probability);
  return { against, samples: comparison.baseline.samples, ...numbers, result, message: sentence(name, against, series.season, { ...numbers, result }) };
}

function resultOf(found: number, probability: number | null): ForecastVerdict["result"] {
  const sure = probability !== null && probability < CHANCE;
  if (found > 0) return sure ? "better" : "unclear";
  return sure ? "worse" : "no-better";
}

/**
 * The standard error of the mean gain over a baseline, and how likely so large a gain is by chance: Diebold and Mariano's test (1995). Gains at one time, of
 * several series, count as one (Driscoll and Kraay 1998). Those of overlapping windows depend on one another: the variance is that of their slow cosine waves,
 * which leaves Student's t with as many degrees of freedom as waves (Lazarus, Lewis, Stock and Watson 2018; for forecasts Coroneo and Iacone 2020); none is
 * shorter than three horizons.
 * O(n log n + 50·T)
 */
export function meanGain(
  series: ForecastSeries,
  horizon: number,
  origins: Uint32Array,
  { places, gains }: Comparison,
): { readonly error?: number; readonly freedom: number; readonly probability?: number } {
  const n = gains.length;
  let total = 0;
  for (const gain of gains) total += gain;
  const mean = total / n;
  const time = new Float64Array(n);
  for (let i = 0; i < n; i++) time[i] = Number(series.time[(origins[places[i] ?? 0] ?? 1) - 1]);
  const sums: number[] = [];
  let last: number | undefined;
  for (const i of inOrder(time)) {
    const at = time[i];
    if (at !== last) sums.push(0);
    last = at;
    sums[sums.length - 1] = (sums.at(-1) ?? 0) + (gains[i] ?? NaN) - mean;
  }
  const times = sums.length;
  if (times < 2) return { freedom: 0 };
  const overlapping = Math.ceil(horizon / stride(series.segment, Uint32Array.from(places, (place) => origins[place] ?? 1).sort()));
  const waves = Math.max(1, Math.floor(Math.min(0.4 * times ** (2 / 3), times / (1.5 * overlapping), MOST_WAVES)));
  let power = 0;
  for (let j = 1; j <= waves; j++) {
    let wave = 0;
    for (let t = 0; t < times; t++) wave += (sums[t] ?? 0) * Math.cos((Math.PI * j * (t + 0.5)) / times);
    power += (2 / times) * wave * wave;
  }
  const error = Math.sqrt((times * power) / waves) / n;
  const freedom = waves;
  if (!Number.isFinite(error)) return { freedom };
  // Every sample gains the same: nothing was left to chance.
  const probability = error > 0 ? studentTail(mean / error, freedom) : mean === 0 ? 1 : 0;
  return { error, freedom, probability };
}

/** Rows from a sample to the next of its segment. @param rising origins */
function stride(segment: Int32Array, rising: Uint32Array): number {
  let least = Infinity;
  for (let i = 1; i < rising.length; i++) {
    const [before, origin] = [rising[i - 1] ?? 1, rising[i] ?? 1];
    if (origin > before && segment[origin - 1] === segment[before - 1]) least = Math.min(least, origin - before);
  }
  return Number.isFinite(least) ? least : 1;
}

function sentence(
  name: string,
  against: ForecastVerdict["against"],
  season: number,
  { skill: found, low, high, result }: Pick<ForecastVerdict, "skill" | "low" | "high" | "result">,
): string {
  const baseline = against === "naive" ? "repeating the last value" : `repeating the last ${season} steps`;
  if (result === "unknown" || found === null)
    return `${name} cannot be compared with ${baseline}: that is never wrong, no sample reaches back so far, or a forecast is not a finite number`;
  const error = `its mean squared error is ${comparedError(found)}`;
  // None is above 1, which is perfect, though the interval of its estimate may be.
  const range = low === null || high === null ? "" : ` (skill ${found.toFixed(2)}, 95 % interval ${low.toFixed(2)} to ${Math.min(1, high).toFixed(2)})`;
  switch (result) {
    case "better":
      return `the forecast of ${name} is better than ${baseline}: ${error}${range}`;
    case "unclear":
      return `the forecast of ${name} may be no better than ${baseline}: ${error}, but that can be chance${range}; judge it on a longer span`;
    case "no-better":
    case "worse":
      return (
        `the forecast of ${name} is no better than ${baseline}: ${error}${range}. Use that in its place, or try a longer window, more training data, ` +
        `columns known in advance, or a linear model`
      );
  }
}

/** Beside the baseline's: `40 % lower`, `12 % higher`, `3.50 times as large`, `the same`. */
function comparedError(found: number): string {
  if (found <= -1) return `${(1 - found).toPrecision(3)} times as large`;
  const percent = (share: number) => `${Number((100 * share).toPrecision(2))} %`;
  if (found === 0) return "the same";
  return found > 0 ? `${percent(found)} lower` : `${percent(-found)} higher`;
}
