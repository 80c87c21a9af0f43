import { LatheError } from "../../base/errors.js";
import type { SeriesSourceSpec } from "../../contract/data.js";
import type { SeriesDecision } from "../../contract/series.js";
import { type SeriesSetting, namedSetting } from "../../contract/source-settings.js";
import { fillsOnLines } from "../../features/series.js";
import type { Database } from "../sources/database.js";
import type { Source, SourceColumn } from "../sources/source.js";
import { throwIfAborted } from "../throw-if-aborted.js";
import { calendarColumns } from "./calendar.js";
import type { Shares } from "./cuts.js";
import { type FilledRows, fill } from "./fill.js";
import { findPhase, findStep } from "./find-step.js";
import { type GatheredRows, MOST_ROWS, gather } from "./gather.js";
import { type Grid, timesOf } from "./grid.js";
import { type PlacedRows, placeRows } from "./place-rows.js";
import { findLongestHole } from "./longest-hole.js";
import { type ReadRows, readRows } from "./read-series.js";
import { reportOf } from "./report.js";
import { parseStep, seasonOf, stepOf } from "./step.js";
import { tellSeries } from "./tell.js";
import { findZone } from "./zone.js";

export type { RegularSeries } from "./regular-table.js";
export type { SeriesReport, SeriesStep } from "../../contract/series.js";

/** Columns of the regular table beside those of the source: a run of rows without a break; µs since 1970 UTC; whether a value of the row was filled in. */
export const HIDDEN = { segment: "series_segment", time: "series_time", filled: "series_filled" } as const;

export interface OpenSeriesOptions {
  /** Of the DuckDB table. */
  readonly name?: string;
  /** What another table of the project decided: a test file has its step, zone and columns. */
  readonly like?: SeriesDecision | undefined;
  /** Rows behind the end of each series, with nothing but the calendar. */
  readonly extend?: number;
  /**
   * µs: what is filled in before one of these never comes from a value at or behind it; behind it values from before are known, and may be. Or the shares of
   * a split, whose parts begin there.
   */
  readonly cuts?: readonly number[] | Shares | undefined;
  /** How columns that the project names are read; others are numbers where all their values are. */
  readonly cells?: ReadonlyMap<string, "number" | "text"> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Turns an opened table into its regular table: one row a step and id, in order of id, then time. Values are put together within a step, and filled in between
 * the first and the last value of a column in its series, never beyond: rows behind the last target are how values that are known in advance are given.
 * @returns a source of that table, with `series`. Its columns are those of the file, then the calendar's, then marks.
 * @throws LatheError `data.column`, `data.empty`, `data.value` for times, ids, numbers and steps that cannot be, `cancelled`
 */
export async function openSeries(database: Database, table: Source, spec: SeriesSourceSpec, options: OpenSeriesOptions = {}): Promise<Source> {
  const { name = "series", like, extend = 0, cuts = [], cells = new Map<string, "number" | "text">(), signal } = options;
  const { path } = table;
  throwIfAborted(signal);
  checkSpec(table, spec);
  const zone = like?.zone ?? (await findZone(database, spec.zone));
  const read = await readRows({ database, source: table, spec, name, like, cells });
  throwIfAborted(signal);
  const placed = await placeRows({ database, path, name, zone, zoneGiven: spec.zone !== undefined, read, dayFirst: like?.dayFirst });
  throwIfAborted(signal);
  if (!placed.calendar) refuseCalendar(path, spec);
  if (like) refuseOtherTimes(path, spec, like, placed.calendar);
  const given = spec.step === undefined ? undefined : parseStep(spec.step);
  const step = like?.step ?? given ?? (spec.time === undefined ? stepOf("row", 1) : await findStep(database, path, name, placed));
  const phase = like?.phase ?? (await findPhase(database, step, placed));
  const grid: Grid = { step, phase, zone: placed.zone };
  const found = like === undefined && given === undefined && spec.time !== undefined;
  const gathered = await gather({ database, path, name, spec, read, placed, grid, step: like ? "decided" : found ? "found" : "given" });
  throwIfAborted(signal);
  if (extend > 0) await refuseExtended(database, path, gathered, extend);
  const filled = await fill({ database, name, gaps: spec.gaps, values: read.values, gathered, grid, cuts, extend, signal });
  throwIfAborted(signal);
  const report = await reportOf({ database, read, placed, gathered, filled, grid });
  const hole = await findLongestHole(database, { filled, placed, grid });
  const season = spec.season ?? seasonOf(step);
  const marked = spec.gaps !== "mark" ? [] : (like?.marked ?? filled.open.map((column) => column.name));
  const { columns, known, filledFromLater } = await build(database, { name, table, spec, read, placed, filled, grid, marked });
  await drop(database, [
    read.table,
    placed.table,
    placed.ids,
    placed.clock,
    gathered.table,
    gathered.bounds,
    gathered.gaps,
    filled.table,
    filled.fills,
    `${name}_steps`,
  ]);
  const told = tellSeries({ path, spec, step, season, found, read, gathered, report, hole });
  return {
    ...table,
    relation: name,
    columns,
    warnings: [...table.warnings, ...read.notes, ...placed.notes, ...told],
    series: {
      table: name,
      zone: placed.zone,
      step,
      ...(season === undefined ? {} : { season }),
      known,
      phase,
      ...(placed.dayFirst === undefined ? {} : { dayFirst: placed.dayFirst }),
      columns: read.values.map((column) => ({ name: column.name, number: column.number })),
      marked,
      report,
      filledFromLater,
      told,
      ...(spec.time === undefined ? {} : { time: spec.time }),
      ...(spec.id === undefined ? {} : { id: spec.id }),
    },
  };
}

/** @throws LatheError `data.value` where rows behind the ends of all series would be more than a table has, before they are made. */
async function refuseExtended(database: Database, path: string, { bounds, steps }: GatheredRows, extend: number): Promise<void> {
  const { n } = await database.one(`SELECT count(*) AS n FROM ${bounds}`);
  const series = Number(n);
  if (steps + series * extend <= MOST_ROWS) return;
  const fits = Math.floor((MOST_ROWS - steps) / series);
  throw new LatheError(
    "data.value",
    `${extend.toLocaleString("en")} steps behind each of ${series.toLocaleString("en")} series of ${path} are too many rows, expected at most ` +
      `${MOST_ROWS.toLocaleString("en")} with those that are there; forecast ${fits >= 1 ? `at most ${fits.toLocaleString("en")} steps` : "fewer series"}, ` +
      `or name a file of fewer series`,
    { path, series, extend, fits },
  );
}

/** @throws LatheError where settings want times and there are none, or columns would have names of the table's. */
function checkSpec({ path, columns }: Source, spec: SeriesSourceSpec): void {
  if (spec.time === undefined) {
    refuseCalendar(path, spec);
    if (spec.zone !== undefined) throw wantsTimes("zone", `name the column of times as ${namedSetting("time")}`);
  }
  const made = [...calendarColumns(spec.calendar ?? []).map(({ name }) => name), ...(spec.gaps === "mark" ? columns.map(({ name }) => markOf(name)) : [])];
  const taken = columns.find(({ name }) => made.includes(name));
  if (taken)
    throw new LatheError(
      "data.column",
      `${path} has a column "${taken.name}", which is what ${namedSetting(spec.gaps === "mark" && taken.name.endsWith(".missing") ? "gaps" : "calendar")} ` +
        `calls a new one; rename it`,
      { path, column: taken.name },
    );
}

function refuseCalendar(path: string, { time, calendar, step }: SeriesSourceSpec): void {
  const remedy =
    time === undefined
      ? `name the column of times as ${namedSetting("time")}`
      : `column "${time}" of ${path} only counts; name a column of times as ${namedSetting("time")}`;
  if (calendar !== undefined && calendar.length > 0) throw wantsTimes("calendar", remedy);
  if (step !== undefined) throw wantsTimes("step", remedy);
}

/** @throws LatheError where one of two tables has times and the other counts only: no step of one is a step of the other. */
function refuseOtherTimes(path: string, { time }: SeriesSourceSpec, { step }: SeriesDecision, calendar: boolean): void {
  if (calendar === (step.unit !== "row")) return;
  const [got, expected] = calendar ? ["holds times", "numbers that only count"] : ["only counts", `times, a step of ${step.label} apart`];
  throw new LatheError("data.value", `column "${time ?? ""}" of ${path} ${got}, expected ${expected}, as the series has that it goes on from`, {
    path,
    column: time,
  });
}

function wantsTimes(option: SeriesSetting, remedy: string): LatheError {
  return new LatheError("data.value", `${namedSetting(option)} needs times; ${remedy}, or leave ${namedSetting(option)} out`);
}

function markOf(column: string): string {
  return `${column}.missing`;
}

interface BuildQuestion {
  readonly name: string;
  readonly table: Source;
  readonly spec: SeriesSourceSpec;
  readonly read: ReadRows;
  readonly placed: PlacedRows;
  readonly filled: FilledRows;
  readonly grid: Grid;
  readonly marked: readonly string[];
}

/** Makes the regular table. */
async function build(
  database: Database,
  { name, table, spec, read, placed, filled, grid, marked }: BuildQuestion,
): Promise<{ readonly columns: readonly SourceColumn[]; readonly known: string[]; readonly filledFromLater: ReadonlyMap<string, string> }> {
  const values = new Map(read.values.map((column) => [column.column, column]));
  const made: { readonly column: Omit<SourceColumn, "sql">; readonly value: string }[] = [];
  const opened = (sql: string) => filled.open.findIndex((column) => column.sql === sql);
  for (const column of table.columns) {
    const value = values.get(column);
    if (column === read.id) made.push({ column: { name: column.name, kind: "text" }, value: "id" });
    else if (column === read.time)
      made.push({
        column: { name: column.name, kind: placed.calendar ? "time" : "number" },
        value: placed.calendar ? "make_timestamp(lu)" : "CAST(us AS DOUBLE)",
      });
    else if (value?.number) {
      const j = opened(value.sql);
      made.push({ column: { name: column.name, kind: "number" }, value: j < 0 ? value.sql : `coalesce(${value.sql}, f${j})` });
    } else if (value) made.push({ column: { ...column }, value: value.sql });
  }
  const calendar = calendarColumns(spec.calendar ?? []);
  for (const part of calendar) made.push({ column: { name: part.name, kind: "number" }, value: part.value("make_timestamp(lu)") });
  for (const mark of marked) {
    const value = read.values.find((column) => column.name === mark);
    if (value) made.push({ column: { name: markOf(mark), kind: "number" }, value: `CAST(CAST(${value.sql} IS NULL AS INTEGER) AS DOUBLE)` });
  }
  const columns = made.map(({ column }, c): SourceColumn => ({ ...column, sql: `c${c}` }));
  const segment = filled.split ? `CAST(sum(CAST(breaks AS INTEGER)) OVER (ORDER BY k, slot ROWS UNBOUNDED PRECEDING) - 1 AS INTEGER)` : "CAST(k AS INTEGER)";
  const breaks = filled.split ? `, coalesce(slot - lag(slot) OVER (PARTITION BY k ORDER BY slot) <> 1, true) AS breaks` : "";
  const isFilled = filled.open.length === 0 ? "false" : `(${filled.open.map((_, j) => `f${j} IS NOT NULL`).join(" OR ")})`;
  const { us, lu } = timesOf(grid, "slot");
  const rows = `(SELECT rowid AS row, *, ${us} AS us, ${lu} AS lu${breaks} FROM ${filled.table})`;
  // A last value that goes on is known when it does; a line is not.
  const onLines = fillsOnLines(spec.gaps) ? filled.open : [];
  const selected = [
    ...made.map(({ value }, c) => `${value} AS c${c}`),
    `${segment} AS ${HIDDEN.segment}`,
    `us AS ${HIDDEN.time}`,
    `${isFilled} AS ${HIDDEN.filled}`,
    ...onLines.map((_, j) => `f${j} IS NOT NULL AS ${HIDDEN.filled}_${j}`),
  ];
  await database.exec(
    `CREATE TABLE ${name} AS SELECT ${selected.join(", ")} FROM ${rows} AS g${read.id ? ` JOIN ${placed.ids} USING (k)` : ""}` +
      `${filled.open.length === 0 ? "" : ` LEFT JOIN ${filled.fills} USING (row)`} ORDER BY k, slot`,
  );
  const marks = marked.filter((mark) => spec.known?.includes(mark)).map(markOf);
  return {
    columns,
    known: [...(spec.known ?? []), ...calendar.map((part) => part.name), ...marks],
    filledFromLater: new Map(onLines.map((column, j) => [column.name, `${HIDDEN.filled}_${j}`])),
  };
}

async function drop(database: Database, tables: readonly string[]): Promise<void> {
  await database.exec(tables.map((table) => `DROP TABLE IF EXISTS ${table}`).join("; "));
}
