import type { SeriesPhase, SeriesStep } from "../../contract/series.js";
import { floorDiv } from "./floor-div.js";
import { DAY, lengthOf } from "./step.js";
import { UTC, localOf, utcOf } from "./zone.js";

/** The moments that rows stand for: each has a whole number, its slot. */
export interface Grid {
  readonly step: SeriesStep;
  readonly phase: SeriesPhase;
  readonly zone: string;
}

/** SQL of the slot of a time. @param us,lu SQL of µs in UTC, and of local µs */
export function slotOf({ step, phase }: Grid, us: string, lu: string): string {
  if (step.unit !== "month") return floorDiv(`(${step.unit === "day" ? lu : us} - ${phase.us})`, lengthOf(step));
  const month = `(year(make_timestamp(${lu})) * 12 + month(make_timestamp(${lu})) - 1)`;
  return floorDiv(`(${month} - CAST(${startOfMonth(month, phase)} > ${lu} AS INTEGER) - ${phase.month})`, step.count);
}

/** SQL of a slot's µs in UTC, and of its local µs. */
export function timesOf(grid: Grid, of: string): { readonly us: string; readonly lu: string } {
  const { step, phase, zone } = grid;
  const slot = `(${of})`;
  if (step.unit === "second" || step.unit === "row") {
    const us = `CAST(${slot} * ${lengthOf(step)} + ${phase.us} AS BIGINT)`;
    return { us, lu: localOf(us, zone) };
  }
  const start = step.unit === "day" ? `${slot} * ${lengthOf(step)} + ${phase.us}` : startOfMonth(`(${slot} * ${step.count} + ${phase.month})`, phase);
  const lu = `CAST(${start} AS BIGINT)`;
  return { us: firstUtcOf(lu, zone), lu };
}

/** Whether a time is that of its slot. */
export function onGrid(grid: Grid, us: string, lu: string): string {
  const slot = slotOf(grid, us, lu);
  const { unit } = grid.step;
  if (unit === "month") return `(${timesOf(grid, slot).lu} = ${lu})`;
  return `((${unit === "day" ? lu : us} - ${grid.phase.us}) % ${lengthOf(grid.step)} = 0)`;
}

/** Of a local time that occurs twice the first. */
function firstUtcOf(lu: string, zone: string): string {
  if (zone === UTC) return lu;
  const us = utcOf(lu, zone);
  const hour = 3600e6;
  return `(CASE WHEN ${localOf(`${us} - ${hour}`, zone)} = ${lu} THEN ${us} - ${hour} ELSE ${us} END)`;
}

/** Local µs of a month, counted from the year 0. */
function startOfMonth(month: string, phase: SeriesPhase): string {
  const first = `make_date(CAST(${month} // 12 AS INTEGER), CAST(${month} % 12 + 1 AS INTEGER), 1)`;
  const start = `epoch_us(CAST(${first} AS TIMESTAMP))`;
  if (phase.day === 1) return `(${start} + ${phase.us})`;
  return `(${start} + (least(${phase.day}, day(last_day(${first}))) - 1) * ${DAY} + ${phase.us})`;
}
