import { defined } from "../../base/assert.js";
import type { Executable } from "../../engines/engine.js";
import { type SeriesTable, samplesAtOnce, seriesInputs } from "../../datasets/index.js";
import type { FittedData } from "../../features/fitted.js";
import { horizonOf, targetKindOf } from "../../features/index.js";
import { outputName } from "../models/inference-model.js";
import { floats } from "../trainer.js";
import type { Origin } from "./origins.js";
import { middleOf } from "./central.js";
import type { ForecastPlan } from "./plan-forecast.js";

/** By target, what is forecast of some series: `[series, steps, columns]`, in the columns' own unit. */
export type Forecasts = ReadonlyMap<string, Float32Array>;

/**
 * Runs the model behind each origin, and behind its own forecasts as often as it takes: there these stand in the table as if they had happened. Every step is
 * of the first go that reaches it.
 * @param onBatch told how many goes of a series are done; throws to end the work.
 */
export async function runForecast(
  { session, fitted, table }: { readonly session: Executable; readonly fitted: FittedData; readonly table: SeriesTable },
  { targets, steps, stride, blocks, series, central }: ForecastPlan,
  origins: readonly Origin[],
  onBatch: (done: number) => void,
): Promise<Forecasts> {
  const made = targets.map((target) => {
    const columns = targetKindOf(target).columnsOf(target);
    return { name: target.name, horizon: horizonOf(target), columns, values: new Float32Array(origins.length * steps * columns.length) };
  });
  const byName = new Map(made.map((one) => [one.name, one]));
  const atOnce = samplesAtOnce(fitted);
  let done = 0;
  for (let block = 0; block < blocks; block++) {
    const behind = block * stride;
    for (let from = 0; from < origins.length; from += atOnce) {
      const some = origins.slice(from, from + atOnce);
      const places = some.map(({ row }) => row + behind);
      const result = await session.run(seriesInputs(table, fitted, places));
      for (const { name, horizon, columns, values } of made) {
        const width = columns.length;
        const outputs = floats(result, outputName(name, fitted));
        // What the goes before reached.
        const covered = block === 0 ? 0 : behind - stride + horizon;
        some.forEach((_, i) => {
          for (let step = covered; step < Math.min(steps, behind + horizon); step++)
            for (let k = 0; k < width; k++) values[((from + i) * steps + step) * width + k] = outputs[(i * horizon + step - behind) * width + k] ?? NaN;
        });
      }
      for (const { column, targets: those } of central) {
        const sources = those.map(({ name, k }) => ({ ...defined(byName.get(name), name), k }));
        places.forEach((row, i) => {
          for (let step = 0; step < stride && behind + step < steps; step++) {
            const at = (from + i) * steps + behind + step;
            table.put(column, row + 1 + step, middleOf(sources.map(({ columns, values, k }) => values[at * columns.length + k] ?? NaN)));
            if (series.decision.marked.includes(column)) table.put(`${column}.missing`, row + 1 + step, 0);
          }
        });
      }
      onBatch((done += some.length));
    }
  }
  return new Map(made.map(({ name, values }) => [name, values]));
}
