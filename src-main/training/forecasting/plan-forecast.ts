import { LatheError } from "../../base/errors.js";
import { MOST_STEPS } from "../../base/limits.js";
import { namedSetting } from "../../contract/source-settings.js";
import type { TrainingConfig } from "../../contract/training.js";
import type { FittedData, FittedTarget } from "../../features/fitted.js";
import { horizonOf, kindOf, rowsOf, targetKindOf } from "../../features/index.js";
import type { FittedSeries } from "../../features/series.js";
import { type CentralForecasts, centralForecasts } from "./central.js";

/** How many steps are forecast, and in how many goes. */
export interface ForecastPlan {
  readonly series: FittedSeries;
  /** Those with a horizon. */
  readonly targets: readonly FittedTarget[];
  /** Steps asked for, and those that one go of the model gives of every target. */
  readonly steps: number;
  readonly stride: number;
  /** Goes of the model, each `stride` rows behind the one before; what they give stands for the past of the next. */
  readonly blocks: number;
  /** Rows behind the origin that are read of columns known in advance, or written. */
  readonly ahead: number;
  /** By column that must be known in advance, how many rows behind the origin. */
  readonly needed: ReadonlyMap<string, number>;
  /** What stands for each column in the past of later goes. */
  readonly central: readonly CentralForecasts[];
}

/** Whether a column gets its values from the forecast itself. */
export function isFedBack(column: string, { targets }: Pick<ForecastPlan, "targets">): boolean {
  return targets.some((target) => targetKindOf(target).columnsOf(target).includes(column));
}

/**
 * @param asked steps; undefined: as many as one go of the model gives.
 * @param what the model, for messages. @param losses that the targets learnt by, where that is known.
 * @throws LatheError `usage` for a model that forecasts nothing, or not so far.
 */
export function planForecast(fitted: FittedData, asked: number | undefined, what: string, losses?: TrainingConfig["losses"]): ForecastPlan {
  const { series } = fitted;
  if (!series)
    throw new LatheError("usage", `${what} was trained on rows that are in no order of time, so there is nothing to forecast; predict answers for rows`);
  const targets = fitted.targets.filter((target) => horizonOf(target) > 0);
  if (targets.length === 0)
    throw new LatheError("usage", `${what} says what the last row of a window is and forecasts no rows after it (no target has a horizon); use predict`);
  const stride = Math.min(...targets.map((target) => horizonOf(target)));
  const steps = asked ?? stride;
  if (steps > MOST_STEPS) throw new LatheError("usage", `${steps} steps are too many to forecast, expected at most ${MOST_STEPS}`, { steps });
  const blocks = Math.ceil(steps / stride);
  const plan = { series, targets };
  if (blocks > 1) refuseUnknown(fitted, plan, { what, steps, stride });
  const behind = (blocks - 1) * stride;
  const needed = new Map<string, number>();
  for (const input of fitted.inputs) {
    const rows = behind + Math.max(0, rowsOf(input).to);
    for (const column of kindOf(input).columnsOf(input))
      if (rows > 0 && !isFedBack(column, plan) && !isMarkOf(column, plan)) needed.set(column, Math.max(rows, needed.get(column) ?? 0));
  }
  const ahead = Math.max(blocks * stride, ...needed.values());
  return { ...plan, steps, stride, blocks, ahead, needed, central: centralForecasts(targets, losses) };
}

/** Whether a column says of a target whether its value was missing. */
export function isMarkOf(column: string, { series, targets }: Pick<ForecastPlan, "series" | "targets">): boolean {
  return series.decision.marked.some((name) => column === `${name}.missing` && isFedBack(name, { targets }));
}

/** What the past of a later go would be made of must be known by then. */
function refuseUnknown(
  { inputs }: FittedData,
  plan: Pick<ForecastPlan, "series" | "targets">,
  { what, steps, stride }: { readonly what: string; readonly steps: number; readonly stride: number },
): void {
  const known = new Set([...plan.series.decision.known, plan.series.id]);
  const unknown = [...new Set(inputs.flatMap((input) => kindOf(input).columnsOf(input)))].filter(
    (column) => !known.has(column) && !isFedBack(column, plan) && !isMarkOf(column, plan),
  );
  if (unknown.length === 0) return;
  throw new LatheError(
    "usage",
    `${what} forecasts ${stride} step${stride === 1 ? "" : "s"}, got ${steps}: for more its own forecasts would be its past, but it also reads ` +
      `${unknown.join(", ")}, whose values after the last row nobody knows; ask for at most ${stride}, train with a longer horizon, or ` +
      `without ${unknown.length === 1 ? "that column" : "those columns"}, or name ${unknown.length === 1 ? "it" : "them"} in ${namedSetting("known")} if ` +
      `${unknown.length === 1 ? "it is" : "they are"} known in advance`,
    { steps, most: stride, unknown },
  );
}
