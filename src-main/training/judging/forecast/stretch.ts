import { finiteOrNull } from "../../../base/finite.js";
import type { ForecastStretch } from "../../../contract/forecast-report.js";
import { inOrder } from "./in-order.js";

/** Samples whose forecasts are drawn one behind the other. */
export interface StretchSamples {
  /** `[n]`: places of samples, in order of time. */
  readonly places: readonly number[];
  /** Of each, the last row of its past, from 1. */
  readonly origins: readonly number[];
  /** Steps of each forecast that are drawn: from one to another. */
  readonly from: number;
  readonly to: number;
}

/**
 * Samples of one run of rows whose forecasts follow each other without a hole: whole horizons, or of each sample the forecast of one step ahead. Of more steps
 * than asked for the last ones.
 * @param origins `[n]`, from 1. @param chosen whether a sample may be taken. @param lead steps ahead, from 1; 0: whole horizons. @param most steps
 */
export function chooseStretch(
  origins: Uint32Array,
  { chosen, horizon, lead, most }: { readonly chosen: (origin: number) => boolean; readonly horizon: number; readonly lead: number; readonly most: number },
): StretchSamples {
  const each = lead > 0 ? 1 : horizon;
  const places: number[] = [];
  let next = Infinity;
  // From the last one on backwards, so that what is drawn ends where the samples do.
  for (const place of [...inOrder(origins)].reverse()) {
    const origin = origins[place] ?? 0;
    if (!chosen(origin) || origin > next) continue;
    places.push(place);
    next = origin - each;
    if (places.length * each >= most) break;
  }
  places.reverse();
  return { places, origins: places.map((place) => origins[place] ?? 0), from: lead > 0 ? lead : 1, to: lead > 0 ? lead : horizon };
}

/** @param timeOf of a row from 1. @param valueOf of a sample's place and a step from 1 */
export function drawStretch(
  named: { readonly target: string; readonly column: string },
  { places, origins, from, to }: StretchSamples,
  timeOf: (row: number) => number,
  valueOf: (place: number, step: number) => { readonly actual: number; readonly forecast: number },
): ForecastStretch {
  const stretch: ForecastStretch = { ...named, times: [], actual: [], forecast: [], starts: [] };
  places.forEach((place, i) => {
    stretch.starts.push(stretch.times.length);
    for (let step = from; step <= to; step++) {
      const { actual, forecast } = valueOf(place, step);
      stretch.times.push(timeOf((origins[i] ?? 0) + step));
      stretch.actual.push(finiteOrNull(actual));
      stretch.forecast.push(finiteOrNull(forecast));
    }
  });
  return stretch;
}
