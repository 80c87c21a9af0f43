import { LatheError } from "../../base/errors.js";
import type { SeriesPhase, SeriesStep } from "../../contract/series.js";
import { namedSetting } from "../../contract/source-settings.js";
import type { Database } from "../sources/database.js";
import { floorDiv, floorMod } from "./floor-div.js";
import type { PlacedRows } from "./place-rows.js";
import { DAY, SECOND, lengthOf, stepOf } from "./step.js";

/** Differences of so many months and their days: a commonest one of 31 days is that of months. */
const MONTH = 30.436875;
/** Of this share of pairs a calendar step must be right. */
const MOST = 0.8;
/** So large a share of times must stand at one place within days and months, and within shorter steps, for it to be theirs. */
const [CALENDAR, FIXED] = [0.9, 0.5];
/** µs of the first Monday of 1970. */
const MONDAY = 4 * DAY;

/** The commonest step over every series. @throws LatheError `data.value` where no two times differ */
export async function findStep(database: Database, path: string, name: string, placed: PlacedRows): Promise<SeriesStep> {
  const table = `${name}_steps`;
  const months = `(year(make_timestamp(lu)) * 12 + month(make_timestamp(lu)))`;
  const day = (lu: string) => `day(make_timestamp(${lu}))`;
  const ends = (lu: string) => `(${day(lu)} = ${day(`epoch_us(CAST(last_day(CAST(make_timestamp(${lu}) AS DATE)) AS TIMESTAMP))`)})`;
  // Both are at one place of their months, or at the end.
  const alike = `(${day("lu")} = ${day("next")} OR (${ends("lu")} AND ${day("next")} >= 28) OR (${ends("next")} AND ${day("lu")} >= 28))`;
  const calendar = placed.calendar ? `CASE WHEN next - lu >= ${28 * DAY} AND ${alike} THEN ${months.replaceAll("lu", "next")} - ${months} END` : "NULL";
  await database.exec(
    `CREATE TABLE ${table} AS SELECT du, dl, dm, count(*) AS n FROM (SELECT du, next - lu AS dl, ${calendar} AS dm FROM (SELECT lu, lead(us) OVER w - ` +
      `us AS du, ` +
      `lead(lu) OVER w AS next FROM ${placed.table} WINDOW w AS (PARTITION BY k ORDER BY us)) WHERE du > 0) GROUP BY du, dl, dm`,
  );
  const commonest = async (column: "du" | "dl") => {
    const [row] = await database.all(`SELECT ${column} AS d, sum(n) AS n FROM ${table} GROUP BY d ORDER BY n DESC, d LIMIT 1`);
    return row && { d: Number(row["d"]), n: Number(row["n"]) };
  };
  const [fixed, local] = [await commonest("du"), await commonest("dl")];
  if (!fixed || !local) throw noStep(path, placed);
  if (!placed.calendar) return stepOf("row", fixed.d);
  const days = local.d / DAY;
  // Days in UTC are days of 24 hours, whatever the zone.
  if (!Number.isInteger(days) || days < 1 || (fixed.d === local.d && fixed.n > local.n)) return stepOf("second", fixed.d / SECOND);
  const count = Math.round(days / MONTH);
  if (days >= 28 && Math.abs(days - count * MONTH) <= 3) {
    const { right, all } = await database.one(
      `SELECT sum(CASE WHEN dm = ${count} THEN n ELSE 0 END) AS right, sum(n) AS all FROM ${table} WHERE dl BETWEEN ${(days - 4) * DAY} AND ` +
        `${(days + 4) * DAY}`,
    );
    if (Number(right) >= Number(all) * MOST) return stepOf("month", count);
  }
  return stepOf("day", days);
}

function noStep(path: string, { rows }: PlacedRows): LatheError {
  return rows === 1
    ? new LatheError("data.value", `${path} has one row with a time only, expected a series of rows`, { path })
    : new LatheError(
        "data.value",
        `no series of ${path} has two different times, so that no step can be found; set ${namedSetting("step")}, such as 1h or ` +
          `1d, or another ${namedSetting("id")}`,
        { path },
      );
}

/** Where within a step the times stand: where most stand, or else where the calendar begins it. */
export async function findPhase(database: Database, step: SeriesStep, placed: PlacedRows): Promise<SeriesPhase> {
  const { table, rows } = placed;
  const common = async (expression: string) => {
    const row = await database.one(`SELECT ${expression} AS x, count(*) AS n FROM ${table} GROUP BY x ORDER BY n DESC, x LIMIT 1`);
    return { x: Number(row["x"]), share: Number(row["n"]) / rows };
  };
  const phase = { us: 0, day: 1, month: 0 };
  if (step.unit === "row") return { ...phase, us: (await common(floorMod("us", step.count))).x };
  const length = lengthOf(step);
  if (step.unit === "second") {
    const { x, share } = await common(floorMod("us", length));
    if (share > FIXED) return { ...phase, us: x };
    const { ahead } = await database.one(`SELECT arg_min(lu - us, us) AS ahead FROM ${table}`);
    return { ...phase, us: ((-Number(ahead) % length) + length) % length };
  }
  if (step.unit === "day") {
    const { x, share } = await common(floorMod("lu", length));
    if (share > CALENDAR) return { ...phase, us: x };
    if (step.count === 7) return { ...phase, us: MONDAY };
    const { first } = await database.one(`SELECT ${floorDiv("min(lu)", DAY)} AS first FROM ${table}`);
    return { ...phase, us: (((Number(first) % step.count) + step.count) % step.count) * DAY };
  }
  const ends = await common(`CAST(last_day(CAST(make_timestamp(lu) AS DATE)) = CAST(make_timestamp(lu) AS DATE) AS INTEGER)`);
  const clock = await common(floorMod("lu", DAY));
  const month = `(year(make_timestamp(lu)) * 12 + month(make_timestamp(lu)) - 1)`;
  const of = async () => {
    if (step.count === 1) return 0;
    const { x, share } = await common(`${month} % ${step.count}`);
    return share > FIXED ? x : 0;
  };
  if (clock.share <= CALENDAR) return { ...phase, month: await of() };
  if (ends.x === 1 && ends.share > CALENDAR) return { us: clock.x, day: 31, month: await of() };
  const { x: day } = await common("day(make_timestamp(lu))");
  const { n } = await database.one(
    `SELECT count(*) AS n FROM ${table} WHERE day(make_timestamp(lu)) = least(${day}, day(last_day(CAST(make_timestamp(lu) AS DATE))))`,
  );
  return Number(n) > rows * CALENDAR ? { us: clock.x, day, month: await of() } : { ...phase, month: await of() };
}
