import type { ForecastNote } from "../../contract/forecast-result.js";
import { type FutureTable, writeTime } from "../../datasets/index.js";
import type { FittedData } from "../../features/fitted.js";
import { horizonOf, kindOf } from "../../features/index.js";
import type { LeftOut, Origin } from "./origins.js";
import type { ForecastPlan } from "./plan-forecast.js";

/** What was decided of a forecast that its reader should know. */
export function tellForecast(
  fitted: FittedData,
  plan: ForecastPlan,
  { table, series, path }: FutureTable,
  origins: readonly Origin[],
  leftOut: readonly LeftOut[],
): readonly ForecastNote[] {
  const notes: ForecastNote[] = [];
  const at = (row: number) => writeTime(table.time(row), series);
  const name = (id: string) => `${series.id} ${id}`;
  const several = series.id !== undefined;

  const early = origins.filter(({ row, last }) => row < last);
  const [first] = early;
  if (first) {
    const read = [...new Set(fitted.inputs.flatMap((input) => kindOf(input).columnsOf(input)))].filter((column) => !table.has(column, first.last));
    const lacks = read.length === 0 ? "" : ` (${read.slice(0, 5).join(", ")}${read.length > 5 ? " and more" : ""})`;
    const where = `begins after ${at(first.row)}, though rows go on to ${at(first.last)}: those lack some of what the model reads of the past${lacks}`;
    notes.push({
      code: "forecast.origin",
      message: several
        ? `the forecast of ${name(first.id)} ${where}` +
          (early.length > 1 ? `; so ${early.length - 1} more of ${origins.length} series begin before their last row` : "")
        : `the forecast ${where}`,
    });
  }
  const latest = origins.reduce((time, { row }) => Math.max(time, table.time(row)), -Infinity);
  const behind = origins.filter(({ row }) => table.time(row) < latest);
  const [oldest] = behind;
  if (several && oldest && series.step.unit !== "row")
    notes.push({
      code: "forecast.ends",
      message:
        `${behind.length} of ${origins.length} series end before ${writeTime(latest, series)}, such as ${name(oldest.id)} at ${at(oldest.row)}: ` +
        `their forecasts begin there`,
    });
  if (leftOut.length > 0)
    notes.push({
      code: "forecast.left-out",
      message:
        `${leftOut.length} of ${leftOut.length + origins.length} series of ${path} ${leftOut.length === 1 ? "has" : "have"} no forecast: ` +
        `${name(leftOut[0]?.id ?? "")} ${leftOut[0]?.reason ?? ""}${leftOut.length > 1 ? `; and ${leftOut.length - 1} more` : ""}`,
    });
  const others = fitted.targets.filter((target) => horizonOf(target) === 0);
  if (others.length > 0)
    notes.push({
      code: "forecast.targets",
      message:
        `${others.map((target) => target.name).join(", ")} ${others.length === 1 ? "is" : "are"} said of the last row and not forecast; ` +
        `predict tells ${others.length === 1 ? "it" : "them"}`,
    });
  if (plan.blocks > 1)
    notes.push({
      code: "forecast.recursive",
      message:
        `the model forecasts ${plan.stride} step${plan.stride === 1 ? "" : "s"}; from step ${plan.stride + 1} on its own forecasts are the past` +
        tellCentral(plan),
    });
  return notes;
}

/** Which forecast goes on, where several targets have one of a column. */
function tellCentral({ central }: ForecastPlan): string {
  return central
    .filter(({ of }) => of.length > 1)
    .map(({ column, targets, of }) => {
      const [which] = targets;
      const one =
        targets.length === 1 && which
          ? `that of ${which.name}`
          : `${targets.length === 2 ? "the mean" : "the median"} of ${targets.map(({ name }) => name).join(", ")}`;
      return `; of ${column}, which ${of.join(", ")} forecast, ${one}`;
    })
    .join("");
}
