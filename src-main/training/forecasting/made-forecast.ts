import { defined } from "../../base/assert.js";
import type { FutureTable } from "../../datasets/index.js";
import type { ForecastBounds } from "./bounds.js";
import type { ForecastColumn } from "./columns.js";
import type { Origin } from "./origins.js";
import type { ForecastPlan } from "./plan-forecast.js";
import type { Forecasts } from "./forecast-steps.js";

/** A forecast, and all that it was made from. */
export interface MadeForecast {
  readonly plan: ForecastPlan;
  readonly future: FutureTable;
  readonly origins: readonly Origin[];
  readonly forecasts: Forecasts;
  readonly bounds: ForecastBounds;
  readonly columns: readonly ForecastColumn[];
}

/** What is forecast of a column. @param i the series, by its origin's place. @param step from 0 */
export function valueAt({ plan, forecasts }: Pick<MadeForecast, "plan" | "forecasts">, { target, k, width }: ForecastColumn, i: number, step: number): number {
  return defined(forecasts.get(target), target)[(i * plan.steps + step) * width + k] ?? NaN;
}
