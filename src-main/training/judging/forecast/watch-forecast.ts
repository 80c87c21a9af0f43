import { defined } from "../../../base/assert.js";
import type { ForecastEvent } from "../../../contract/events.js";
import { type PreparedData, readPreparedSeries, rowNumbersOf } from "../../../datasets/index.js";
import { horizonOf, targetKindOf } from "../../../features/index.js";
import type { Predictions } from "../evaluator.js";
import type { JudgedTarget } from "../judge.js";
import { chooseStretch, drawStretch } from "./stretch.js";

/** Steps that are shown. */
const MOST = 240;
/** Milliseconds between two looks, at least. */
const PACE = 400;

/** Shows how a run learns to forecast: the same stretch of the validation after each epoch. */
export interface WatchedForecast {
  show(predictions: Predictions, epoch: number): void;
}

export interface WatchForecastOptions {
  readonly prepared: PreparedData;
  readonly judged: ReadonlyMap<string, JudgedTarget>;
  readonly emit: (event: ForecastEvent) => void;
  readonly clock: () => number;
}

/** @returns undefined where nothing is forecast */
export function watchForecast({ prepared, judged, emit, clock }: WatchForecastOptions): WatchedForecast | undefined {
  const target = prepared.fitted.targets.find((candidate) => horizonOf(candidate) > 0);
  const decision = prepared.fitted.series?.decision;
  const judge = target && judged.get(target.name);
  if (!target || !decision || !judge || !("columns" in judge)) return undefined;
  const horizon = horizonOf(target);
  const columns = targetKindOf(target).columnsOf(target);
  const width = horizon * columns.length;
  const { restore = (value: number) => value } = judge;
  const series = readPreparedSeries(prepared);
  const origins = rowNumbersOf(prepared, "validation");
  const segment = series.segment[(origins[0] ?? 1) - 1];
  const samples = chooseStretch(origins, { chosen: (row) => series.segment[row - 1] === segment, horizon, lead: 0, most: MOST });
  let shownAt = -Infinity;
  return {
    show({ outputs, truths }, epoch) {
      if (clock() - shownAt < PACE) return;
      shownAt = clock();
      const [forecasts, actual] = [defined(outputs.get(target.name), target.name), defined(truths.get(target.name), target.name)];
      const stretch = drawStretch(
        { target: target.name, column: columns[0] ?? "" },
        samples,
        (row) => series.time[row - 1] ?? 0,
        (place, step) => {
          // The first column of the step.
          const at = (step - 1) * columns.length;
          return { actual: restore(actual[place * width + at] ?? NaN, at), forecast: restore(forecasts[place * width + at] ?? NaN, at) };
        },
      );
      emit({ event: "forecast", epoch, zone: decision.zone, calendar: decision.step.unit !== "row", stretch });
    },
  };
}
