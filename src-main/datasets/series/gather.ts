import { LatheError } from "../../base/errors.js";
import type { SeriesSourceSpec } from "../../contract/data.js";
import { namedSetting } from "../../contract/source-settings.js";
import type { Database } from "../sources/database.js";
import { textOf } from "../sources/source.js";
import { type Grid, onGrid, slotOf, timesOf } from "./grid.js";
import type { PlacedRows } from "./place-rows.js";
import type { ReadRows, ValueColumn } from "./read-series.js";
import { writeTime } from "./zone.js";
import { SECOND, lengthOf, usualStep, writeStep } from "./step.js";

/** The file's rows put together, one for each series and slot that has any. */
export interface GatheredRows {
  /** A table of `k`, `slot`, the values v0, v1, … */
  readonly table: string;
  /** A table of series: `k`, `a` and `b` the first and the last slot, `n` rows, `outoforder` and `duplicates` rows of the file. */
  readonly bounds: string;
  /** A table of `k`, `a` the slot before and `b` the slot behind a gap. */
  readonly gaps: string;
  readonly rows: number;
  /** Rows of the file whose time another row of their series has, and those of them whose values it has too. */
  readonly duplicates: number;
  readonly equal: number;
  /** Rows put together with others of another time. */
  readonly merged: number;
  readonly outOfOrder: number;
  readonly offGrid: number;
  /** The first of those, its row from 1. */
  readonly offGridRow: number | undefined;
  /** Where rows of several times become one, steps with fewer of them than usual; undefined where there are none, or numbers of rows differ anyhow. */
  readonly partial: PartialSteps | undefined;
  /** Rows of all steps from the first to the last of each series. */
  readonly steps: number;
}

/** Steps that have notably fewer times than the others. */
export interface PartialSteps {
  readonly count: number;
  /** Those that begin or end their series. */
  readonly ends: number;
  /** Times that most steps have at least. */
  readonly usual: number;
  /** The latest of these steps, at an end where some are, and how many times it has. */
  readonly last: string;
  readonly of: number;
}

export interface GatherQuestion {
  readonly database: Database;
  readonly path: string;
  readonly name: string;
  readonly spec: SeriesSourceSpec;
  readonly read: ReadRows;
  readonly placed: PlacedRows;
  readonly grid: Grid;
  /** Whether the step was found in this table, or is said by the project, or decided by another table. */
  readonly step: "found" | "given" | "decided";
}

/** Rows that a regular table has at most. */
export const MOST_ROWS = 50_000_000;
/** And at most so many times those of the file. */
const MOST_TIMES = 20;

/** @throws LatheError `data.value` for a step that does not fit */
export async function gather(question: GatherQuestion): Promise<GatheredRows> {
  const { database, name, read, placed, grid, spec } = question;
  const slots = `${name}_slots`;
  await database.exec(
    `CREATE TABLE ${slots} AS SELECT r, k, us, ${slotOf(grid, "us", "lu")} AS slot, ${onGrid(grid, "us", "lu")} AS here FROM ${placed.table}`,
  );
  const count = await database.one(
    `SELECT count(*) AS n, count(CASE WHEN NOT here THEN 1 END) AS off, min(CASE WHEN NOT here THEN r END) + 1 AS row, ` +
      `(SELECT count(*) FROM (SELECT DISTINCT k, us FROM ${slots})) AS times, (SELECT count(*) FROM (SELECT DISTINCT k, slot FROM ${slots})) AS rows ` +
      `FROM ${slots}`,
  );
  const [n, times, rows] = [Number(count["n"]), Number(count["times"]), Number(count["rows"])];
  const bounds = `${name}_bounds`;
  await database.exec(
    `CREATE TABLE ${bounds} AS SELECT k, min(slot) AS a, max(slot) AS b, count(DISTINCT slot) AS n, count(*) - count(DISTINCT us) AS duplicates, ` +
      `count(CASE WHEN us < before THEN 1 END) AS outoforder FROM (SELECT k, slot, us, lag(us) OVER (PARTITION BY k ORDER BY r) AS before FROM ${slots}) ` +
      `GROUP BY k ORDER BY k`,
  );
  const { steps, late } = await database.one(`SELECT sum(b - a + 1) AS steps, sum(outoforder) AS late FROM ${bounds}`);
  const gaps = `${name}_gaps`;
  await database.exec(
    `CREATE TABLE ${gaps} AS SELECT k, a, b FROM (SELECT k, lag(slot) OVER (PARTITION BY k ORDER BY slot) AS a, slot AS b FROM ` +
      `${rows === n ? slots : `(SELECT DISTINCT k, slot FROM ${slots})`}) WHERE b - a > 1 ORDER BY k, a`,
  );
  await refuseStep(question, gaps, bounds, { rows, steps: Number(steps) });
  const duplicates = n - times;
  const listed = read.values.map(({ sql }) => sql);
  const joined = `(SELECT k, slot, s.r, ${["us", ...listed].join(", ")} FROM ${slots} AS s JOIN ${read.table} AS v ON s.r = v.r)`;
  const equal = duplicates === 0 ? 0 : await countEqual(database, joined, slots, listed);
  const table = `${name}_gathered`;
  const several = `(SELECT k, slot FROM ${slots} GROUP BY k, slot HAVING count(*) > 1)`;
  const alone = rows === n ? "" : ` WHERE (k, slot) NOT IN ${several}`;
  await database.exec(`CREATE TABLE ${table} AS SELECT k, slot${listed.map((v) => `, ${v}`).join("")} FROM ${joined}${alone}`);
  // Sums come out the same every time in one thread.
  const together = combined(read.values, spec.combine, `(SELECT * FROM ${joined} WHERE (k, slot) IN ${several})`);
  if (rows < n) await database.inOrder(() => database.exec(`INSERT INTO ${table} ${together}`));
  const partial = times > rows ? await findPartial(database, slots, bounds, grid) : undefined;
  await database.exec(`DROP TABLE ${slots}`);
  const off = Number(count["off"]);
  return {
    table,
    bounds,
    gaps,
    rows,
    duplicates,
    equal,
    merged: times - rows,
    outOfOrder: Number(late),
    offGrid: off,
    offGridRow: off === 0 ? undefined : Number(count["row"]),
    partial,
    steps: Number(steps),
  };
}

/** Of the usual number of times fewer make a step partial: days of 23 hours and months of 28 days are whole. */
const WHOLE = 0.9;
/** A share of steps that have the usual number of times, or more. */
const USUAL = 0.8;
/** Where a larger share of all steps lies within series and is partial, rows come as they please. */
const FEW = 0.1;

async function findPartial(database: Database, slots: string, bounds: string, grid: Grid): Promise<PartialSteps | undefined> {
  const counted = `(SELECT k, slot, count(DISTINCT us) AS n FROM ${slots} GROUP BY k, slot)`;
  const usual = Number((await database.one(`SELECT quantile_disc(n, ${(1 - USUAL).toFixed(3)}) AS usual FROM ${counted}`))["usual"]);
  // The latest at an end, or else of all.
  const latest = (of: (condition: string) => string) => `coalesce(${of("short AND (slot = a OR slot = b)")}, ${of("short")})`;
  const found = await database.one(
    `SELECT steps, few, ends, c, CAST(${timesOf(grid, "slot").us} AS DOUBLE) AS us FROM (SELECT count(*) AS steps, ` +
      `count(CASE WHEN short THEN 1 END) AS few, count(CASE WHEN short AND (slot = a OR slot = b) THEN 1 END) AS ends, ` +
      `${latest((which) => `arg_max(n, CASE WHEN ${which} THEN slot END)`)} AS c, ${latest((which) => `max(CASE WHEN ${which} THEN slot END)`)} AS slot FROM ` +
      `(SELECT slot, n, a, b, n < ${WHOLE * usual} AS short FROM ${counted} AS s JOIN (SELECT k, a, b FROM ${bounds}) USING (k)))`,
  );
  const [steps, few, ends] = [Number(found["steps"]), Number(found["few"]), Number(found["ends"])];
  const count = few - ends > steps * FEW ? ends : few;
  return count === 0 ? undefined : { count, ends, usual, last: writeTime(Number(found["us"]), grid), of: Number(found["c"]) };
}

/** Rows that have the time of another row and its values. */
async function countEqual(database: Database, joined: string, slots: string, values: readonly string[]): Promise<number> {
  const twice = `(SELECT k, us FROM ${slots} GROUP BY k, us HAVING count(*) > 1)`;
  const among = `(SELECT * FROM ${joined} WHERE (k, us) IN ${twice})`;
  const { all, distinct } = await database.one(
    `SELECT (SELECT count(*) FROM ${among}) AS all, (SELECT count(*) FROM (SELECT DISTINCT ${["k", "us", ...values].join(", ")} FROM ${among})) AS distinct`,
  );
  return Number(all) - Number(distinct);
}

function combined(values: readonly ValueColumn[], combine: SeriesSourceSpec["combine"], from: string): string {
  const selected = values.map(
    ({ sql, number, column }) =>
      `${number ? numbers(sql, combine) : `arg_min(${sql}, CASE WHEN ${textOf({ ...column, sql })} IS NOT NULL THEN r END)`} AS ${sql}`,
  );
  // In the file's order, within a step by time.
  return `SELECT k, slot${selected.map((sql) => `, ${sql}`).join("")} FROM (SELECT * FROM ${from} ORDER BY k, slot, us, r) GROUP BY k, slot`;
}

function numbers(x: string, combine: SeriesSourceSpec["combine"]): string {
  const at = `CASE WHEN ${x} IS NOT NULL THEN {'us': us, 'r': r} END`;
  switch (combine) {
    case "mean":
      // The mean of equal numbers is that number.
      return `CASE WHEN min(${x}) = max(${x}) THEN min(${x}) ELSE avg(${x}) END`;
    case "sum":
    case "min":
    case "max":
      return `${combine}(${x})`;
    case "first":
      return `arg_min(${x}, ${at})`;
    case "last":
      return `arg_max(${x}, ${at})`;
  }
}

/** Of a step, at most. */
function microsecondsOf({ step }: Grid): number {
  return step.unit === "month" ? step.count * 31 * 86_400 * SECOND : lengthOf(step);
}

async function refuseStep(
  { database, path, grid, step, spec }: GatherQuestion,
  gaps: string,
  bounds: string,
  { rows, steps }: { readonly rows: number; readonly steps: number },
): Promise<void> {
  const { n, pairs } = await database.one(`SELECT (SELECT count(*) FROM ${gaps}) AS n, (SELECT sum(n - 1) FROM ${bounds}) AS pairs`);
  const { label } = grid.step;
  const details = { path, step: label };
  if (step !== "decided" && Number(n) > Number(pairs) / 2) {
    const { middle } = await database.one(`SELECT quantile_disc(b - a, 0.5) AS middle FROM ${gaps}`);
    const fits = grid.step.unit === "row" ? undefined : usualStep(Number(middle) * microsecondsOf(grid));
    const found = step === "found" ? `the times of ${path} are not regular: the commonest step is ${label}` : `${namedSetting("step")} is ${label}`;
    throw new LatheError(
      "data.value",
      `${found}, but ${n} of ${pairs} steps are longer, as a rule ${Number(middle)} times as long; ` +
        (fits
          ? `set ${namedSetting("step")} to "${writeStep(fits)}", or another that most rows are apart`
          : `leave ${namedSetting("time")} out where rows are one step apart`),
      { ...details, ...(fits ? { fits: writeStep(fits) } : {}) },
    );
  }
  if (spec.gaps === "split") return;
  if (steps > MOST_ROWS || (steps > rows * MOST_TIMES && steps > 1000)) {
    const fits = usualStep(Math.ceil(steps / Math.min(MOST_ROWS, rows * MOST_TIMES)) * microsecondsOf(grid));
    throw new LatheError(
      "data.value",
      `${path} has ${rows.toLocaleString("en")} rows, but ${steps.toLocaleString("en")} steps of ${label} lie between the first and the last time of ` +
        `its series, ` +
        `expected at most ${MOST_TIMES} for each row and ${MOST_ROWS.toLocaleString("en")} in all; mend times that lie far away, ` +
        (grid.step.unit === "row" ? "" : `set ${namedSetting("step")} to "${writeStep(fits)}" or longer, `) +
        `or set ${namedSetting("gaps")} to "split"`,
      details,
    );
  }
}
