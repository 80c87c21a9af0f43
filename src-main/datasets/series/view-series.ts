import { defined } from "../../base/assert.js";
import { LatheError } from "../../base/errors.js";
import type { SeriesOverview, SeriesSampleAnswer, SeriesSampleQuestion, SeriesViewAnswer, SeriesViewQuestion } from "../../contract/series-drawing.js";
import type { StagedTable } from "../staged-table.js";
import type { RegularSeries } from "./regular-table.js";
import { writeStep } from "./step.js";

/** Series that an overview lists. */
const LISTED = 1000;

/** Of each series, which rows of the regular table are its: they stand one behind the other. */
export type SeriesRows = ReadonlyMap<string, { readonly from: number; readonly to: number }>;

function seriesOf({ main }: StagedTable): RegularSeries {
  if (main.source.series) return main.source.series;
  throw new LatheError("data.value", `${main.source.path} is not read as a series; set source.type to "series"`, { path: main.source.path });
}

/** What is known of a project's series, and how its rows lie in time. @throws LatheError `data.value` for a table that is no series */
export async function overviewSeries(staged: StagedTable, signal?: AbortSignal): Promise<SeriesOverview> {
  const { database, main } = staged;
  const series = seriesOf(staged);
  return database.until(signal, async () => {
    const places = Array.from({ length: 101 }, (_, k) => Math.round((main.rows * k) / 100));
    const wanted = [...new Set(places.filter((place) => place > 0))];
    const found = await database.all(
      `SELECT k, t FROM (SELECT series_time AS t, row_number() OVER (ORDER BY series_time DESC) AS k FROM ${series.table}) WHERE k IN (${wanted.join(", ")})`,
    );
    const times = new Map(found.map(({ k, t }) => [Number(k), Number(t)]));
    const { last } = await database.one(`SELECT max(series_time) AS last FROM ${series.table}`);
    return {
      calendar: series.step.unit !== "row",
      zone: series.zone,
      step: { label: series.step.label, written: writeStep(series.step) },
      ...(series.season === undefined ? {} : { season: series.season }),
      known: [...series.known],
      numbers: main.source.columns.filter(({ name, kind }) => kind === "number" && name !== series.time).map(({ name }) => name),
      report: { ...series.report, series: series.report.series.slice(0, LISTED) },
      shares: places.map((place) => times.get(place) ?? Number(last)),
    };
  });
}

/** @throws as `overviewSeries` */
export async function rowsOfSeries(staged: StagedTable): Promise<SeriesRows> {
  const { database, main } = staged;
  const series = seriesOf(staged);
  const id = main.source.columns.find(({ name }) => name === series.id);
  const key = id ? `coalesce(CAST(${id.sql} AS VARCHAR), '')` : "''";
  const found = await database.all(`SELECT ${key} AS id, min(rowid) AS first, max(rowid) AS last FROM ${series.table} GROUP BY 1`);
  return new Map(found.map((row) => [String(row["id"]), { from: Number(row["first"]), to: Number(row["last"]) }]));
}

function rowsAt(staged: StagedTable, rows: SeriesRows, id: string | undefined): { readonly from: number; readonly to: number } {
  const [first] = rows.values();
  const found = id === undefined ? first : rows.get(id);
  if (found) return found;
  throw new LatheError("data.value", `there is no series "${id}" in ${staged.main.source.path}`, { path: staged.main.source.path, got: id });
}

/**
 * Columns of one series over a stretch of time. Where it has more rows than points, each of as many equal stretches is drawn by its least and its greatest
 * value: no peak is lost, and the answer has one size however long the series is.
 * @throws LatheError `data.column` for one that has no numbers, `data.value` for a series that is not there
 */
export async function viewSeries(staged: StagedTable, rows: SeriesRows, question: SeriesViewQuestion, signal?: AbortSignal): Promise<SeriesViewAnswer> {
  const { database, main } = staged;
  const series = seriesOf(staged);
  const { from, to, points } = question;
  const own = rowsAt(staged, rows, question.id);
  const columns = question.columns.map((name) => {
    const column = main.source.columns.find((candidate) => candidate.name === name && candidate.kind === "number");
    if (column) return column;
    throw new LatheError("data.column", `${main.source.path} has no column of numbers "${name}"`, { path: main.source.path, column: name });
  });
  const where = `rowid BETWEEN ${own.from} AND ${own.to} AND series_time BETWEEN ${wholeNumber(from)} AND ${wholeNumber(to)}`;
  return database.until(signal, async () => {
    const { n } = await database.one(`SELECT count(*) AS n FROM ${series.table} WHERE ${where}`);
    const count = Number(n);
    const exact = count <= 2 * points;
    const width = Math.max(1, Math.ceil((to - from + 1) / points));
    const stretch = exact ? "rowid" : `(series_time - ${wholeNumber(from)}) // ${width}`;
    const extremes = columns.map(
      ({ sql }, k) => `min(${sql}) AS low${k}, arg_min(series_time, ${sql}) AS lowat${k}, max(${sql}) AS high${k}, arg_max(series_time, ${sql}) AS highat${k}`,
    );
    const found = await database.all(
      `SELECT ${stretch} AS s, min(series_time) AS t, min(series_segment) AS first, max(series_segment) AS last, ` +
        `count(*) FILTER (series_filled) AS filled, min(series_time) FILTER (series_filled) AS filledfrom, ` +
        `max(series_time) FILTER (series_filled) AS filledto, ${extremes.join(", ")} FROM ${series.table} WHERE ${where} GROUP BY 1 ORDER BY 1`,
    );
    const lines = columns.map(({ name }) => ({ column: name, x: [] as number[], y: [] as (number | null)[] }));
    const filled: SeriesViewAnswer["filled"] = [];
    let [before, segment] = [-2, Number(found[0]?.["first"])];
    for (const row of found) {
      const [at, time] = [Number(row["s"]), Number(row["t"])];
      lines.forEach(({ x, y }, k) => {
        if (Number(row["first"]) !== segment) {
          x.push(time);
          y.push(null);
        }
        const [low, high] = [row[`low${k}`], row[`high${k}`]];
        if (low === null || low === undefined) {
          x.push(time);
          y.push(null);
          return;
        }
        const both = [[Number(row[`lowat${k}`]), Number(low)] as const, [Number(row[`highat${k}`]), Number(high)] as const].sort(([a], [b]) => a - b);
        for (const [t, value] of both[0]?.[0] === both[1]?.[0] ? both.slice(0, 1) : both) {
          x.push(t);
          y.push(value);
        }
      });
      segment = Number(row["last"]);
      const some = Number(row["filled"]);
      if (some === 0) continue;
      const open = at - before === 1 ? filled.at(-1) : undefined;
      if (open) {
        open.to = Number(row["filledto"]);
        open.rows += some;
      } else filled.push({ from: Number(row["filledfrom"]), to: Number(row["filledto"]), rows: some });
      before = at;
    }
    return { from, to, rows: count, exact, lines, filled };
  });
}

/** @throws LatheError `data.value` for a series that is not there */
export async function sampleOfSeries(staged: StagedTable, rows: SeriesRows, question: SeriesSampleQuestion, signal?: AbortSignal): Promise<SeriesSampleAnswer> {
  const { database } = staged;
  const series = seriesOf(staged);
  const own = rowsAt(staged, rows, question.id);
  return database.until(signal, async () => {
    const { r, at, segment } = await database.one(
      `SELECT rowid AS r, series_time AS at, series_segment AS segment FROM ${series.table} WHERE rowid BETWEEN ${own.from} AND ${own.to} ` +
        `ORDER BY abs(series_time - ${wholeNumber(question.at)}), rowid LIMIT 1`,
    );
    const row = Number(r);
    const places = { before: row - 1, after: row + 1, first: row - question.past, last: row + question.ahead };
    const found = await database.all(
      `SELECT rowid AS r, series_time AS t, series_segment AS segment FROM ${series.table} WHERE rowid IN (${Object.values(places).join(", ")})`,
    );
    const timeOf = (place: number, sameSegment: boolean): number | undefined => {
      const there = found.find((other) => Number(other["r"]) === place);
      if (place === row) return Number(at);
      return there && place >= own.from && place <= own.to && (!sameSegment || there["segment"] === segment) ? Number(there["t"]) : undefined;
    };
    const answer = {
      before: timeOf(places.before, false),
      after: timeOf(places.after, false),
      first: timeOf(places.first, true),
      last: timeOf(places.last, true),
    };
    const { before, after, first, last } = answer;
    return {
      row: row + 1,
      at: Number(at),
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after }),
      ...(first === undefined ? {} : { first }),
      ...(last === undefined ? {} : { last }),
    };
  });
}

/** Where each row of a series stands; rows of a test file of its own follow those of the main file, as their numbers do. */
export interface SeriesPlaces {
  /** `[rows]`: rows with the same number are a run, one step apart. */
  readonly segment: Int32Array;
  /** `[rows]`: µs since 1970 UTC, or numbers of rows. */
  readonly time: Float64Array;
  /** Rows of each series, from 1. */
  readonly series: readonly { readonly id: string; readonly from: number; readonly to: number }[];
  readonly season: number;
  readonly zone: string;
  readonly calendar: boolean;
}

/** @throws as `overviewSeries` */
export async function placesOfSeries(staged: StagedTable): Promise<SeriesPlaces> {
  const { database, main, test } = staged;
  const { season, zone, step } = seriesOf(staged);
  const tables = [main, ...(test ? [test] : [])];
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const [segment, time] = [new Int32Array(rows), new Float64Array(rows)];
  const series: SeriesPlaces["series"][number][] = [];
  let [start, segments] = [0, 0];
  for (const table of tables) {
    let row = start;
    const first = segments;
    for await (const chunk of database.stream(`SELECT series_segment, CAST(series_time AS DOUBLE) FROM ${defined(table.source.series, "the series").table}`)) {
      const [own, times] = [chunk.getColumnVector(0), chunk.getColumnVector(1)];
      for (let r = 0; r < chunk.rowCount; r++, row++) {
        segment[row] = first + Number(own.getItem(r));
        time[row] = Number(times.getItem(r));
        segments = Math.max(segments, (segment[row] ?? 0) + 1);
      }
    }
    for (const [id, at] of await rowsOfSeries({ ...staged, main: table })) series.push({ id, from: start + at.from + 1, to: start + at.to + 1 });
    start = row;
  }
  return { segment, time, series, season: season ?? 1, zone, calendar: step.unit !== "row" };
}

/** A time as SQL: a page asks for places between rows too. */
function wholeNumber(us: number): string {
  return `CAST(${BigInt(Math.round(Math.min(Math.max(us, -9e18), 9e18)))} AS BIGINT)`;
}
