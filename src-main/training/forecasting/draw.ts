import { finiteOrNull } from "../../base/finite.js";
import type { ForecastRequest } from "../../contract/engine-messages.js";
import type { DrawnForecast, DrawnSeries } from "../../contract/forecast-result.js";
import { type MadeForecast, valueAt } from "./made-forecast.js";
import type { Origin } from "./origins.js";

/** The numbers of a chart: some series with their last rows, and their forecasts. */
export function drawForecast(
  made: MadeForecast,
  { history, series: most, ids }: NonNullable<ForecastRequest["draw"]>,
): Pick<DrawnForecast, "zone" | "calendar" | "drawn"> {
  const { series } = made.future;
  const wanted = [...made.origins.entries()].filter(([, { id }]) => ids === undefined || ids.includes(id)).slice(0, most);
  return { zone: series.zone, calendar: series.step.unit !== "row", drawn: wanted.map(([i, origin]) => drawSeries(made, i, origin, history)) };
}

function drawSeries(forecast: MadeForecast, i: number, { id, row, first }: Origin, history: number): DrawnSeries {
  const { plan, future, bounds, columns } = forecast;
  const { table, series, targets } = future;
  const rows = (from: number, to: number) => Array.from({ length: Math.max(0, to - from + 1) }, (_, k) => from + k);
  const past = rows(Math.max(first, row - history + 1), row);
  const ahead = rows(row + 1, row + plan.steps);
  const values = (column: string, of: readonly number[]) => of.map((r) => finiteOrNull(table.numbers(column)[r]));
  const known = [...plan.needed.keys()].filter((column) => table.isNumber(column));
  const shown = [...new Set([...columns.map(({ column }) => column).filter((column) => targets.has(column)), ...known])];
  return {
    ...(series.id === undefined ? {} : { id }),
    history: { times: past.map((r) => table.time(r)), values: Object.fromEntries(shown.map((column) => [column, values(column, past)])) },
    forecast: {
      times: ahead.map((r) => table.time(r)),
      values: Object.fromEntries(
        columns.map((column) => {
          const { head, target, k } = column;
          const made = ahead.map((_, step) => valueAt(forecast, column, i, step));
          const ends = (level: number, end: 0 | 1) => made.map((value, step) => finiteOrNull(bounds.around(value, level, target, step, k)[end]));
          return [head, { values: made.map(finiteOrNull), bounds: bounds.levels.map((level) => ({ lower: ends(level, 0), upper: ends(level, 1) })) }];
        }),
      ),
      known: Object.fromEntries(known.map((column) => [column, values(column, ahead)])),
    },
  };
}
