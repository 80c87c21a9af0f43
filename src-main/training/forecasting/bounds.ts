import { LatheError } from "../../base/errors.js";
import type { ForecastReport } from "../../contract/forecast-report.js";
import type { ForecastNote } from "../../contract/forecast-result.js";
import { horizonOf } from "../../features/index.js";
import type { ForecastPlan } from "./plan-forecast.js";

/** An interval's ends, in the column's own unit; NaN: none. */
export type Bounds = readonly [lower: number, upper: number];

export interface ForecastBounds {
  readonly levels: readonly number[];
  /** Around a forecast. @param step,column from 0 */
  readonly around: (value: number, level: number, target: string, step: number, column: number) => Bounds;
  readonly notes: readonly ForecastNote[];
}

const USUAL = [0.95];
const NONE: Bounds = [NaN, NaN];

/**
 * Prediction intervals from what a run measured on its validation samples, by step and column. Behind the horizon that was trained there are none: what was
 * forecast from forecasts was never compared with the truth, and its errors need not grow by any rule.
 * @param levels that are asked for; undefined: 0.95. @throws LatheError `usage` for one that was not measured.
 */
export function boundsOf(report: ForecastReport | undefined, { targets, steps }: ForecastPlan, levels: readonly number[] | undefined): ForecastBounds {
  const asked = levels ?? USUAL;
  const notes: ForecastNote[] = [];
  for (const { name } of targets) {
    const intervals = report?.targets[name]?.intervals;
    if (!intervals) {
      notes.push({
        code: "forecast.no-intervals",
        message:
          report === undefined
            ? `there are no intervals for ${name}: they stand in the report of a run (report.json), and there is none, or an older one; train again`
            : `there are no intervals for ${name}: its run had no validation samples to measure errors on; give it a validation part (split.validation)`,
      });
      continue;
    }
    const known = intervals.levels.map(({ level }) => level);
    const stranger = asked.find((level) => !known.includes(level));
    if (stranger !== undefined)
      throw new LatheError("usage", `the level ${stranger} was not measured when the run was judged, expected ${known.join(" or ")}`, { levels: known });
    for (const { code, message } of intervals.notes) if (code === "forecast.unbounded") notes.push({ code, message });
  }
  for (const target of targets) {
    const horizon = horizonOf(target);
    if (steps > horizon && report?.targets[target.name]?.intervals)
      notes.push({
        code: "forecast.beyond",
        message:
          `from step ${horizon + 1} on there are no intervals for ${target.name}: these steps are forecast from forecasts, whose errors were never ` +
          `measured; train with a horizon of ${steps} for them`,
      });
  }
  return {
    levels: asked,
    notes,
    around(value, level, target, step, column) {
      const interval = report?.targets[target]?.intervals?.levels.find((one) => one.level === level);
      if (!interval) return NONE;
      return [value + (interval.lower[step]?.[column] ?? NaN), value + (interval.upper[step]?.[column] ?? NaN)];
    },
  };
}
