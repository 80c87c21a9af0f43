import { LatheError } from "../../base/errors.js";
import { namedSetting } from "../../contract/source-settings.js";
import { shorten } from "../shorten.js";
import type { Database } from "../sources/database.js";
import { floorDiv } from "./floor-div.js";
import type { ReadRows } from "./read-series.js";
import { DAY } from "./step.js";
import { TIMES_READ, type TimeReading, readTimes, typedTimes } from "./time-formats.js";
import { UTC, localOf, utcOf } from "./zone.js";

/** Each row's series and time. */
export interface PlacedRows {
  /** A table of `r` the row from 0, `k` the series from 0 in order of ids, `us` the time in µs UTC, `lu` in local µs. */
  readonly table: string;
  /** A table of `k` and `id`. */
  readonly ids: string;
  /** A table of `d`, days since 1970 whose length is not 24 hours, and `extra`, µs that they are longer. */
  readonly clock: string;
  readonly zone: string;
  /** Whether there is a calendar: not where rows are only in order, or times are numbers that count. */
  readonly calendar: boolean;
  /** undefined where no date is written so. */
  readonly dayFirst: boolean | undefined;
  readonly rows: number;
  readonly timeless: number;
  readonly idless: number;
  /** Local times that a change of clocks skips, and such as occur twice. */
  readonly skipped: number;
  readonly repeated: number;
  readonly notes: readonly string[];
}

export interface PlaceQuestion {
  readonly database: Database;
  readonly path: string;
  readonly name: string;
  readonly zone: string;
  /** Whether the project says so. */
  readonly zoneGiven: boolean;
  readonly read: ReadRows;
  readonly dayFirst: boolean | undefined;
}

/** @throws LatheError `data.value` for a column without times, or without ids */
export async function placeRows(question: PlaceQuestion): Promise<PlacedRows> {
  const { database, path, name, read, zone } = question;
  const { time, id } = read;
  const reading = await readingOf(question);
  const notes = [...reading.notes];
  const bare = `${name}_bare`;
  await database.exec(`CREATE TABLE ${bare} AS SELECT r, i, ${reading.us} AS us FROM ${read.table}`);
  const lost = await database.one(
    `SELECT count(CASE WHEN us IS NULL THEN 1 END) AS timeless, min(CASE WHEN us IS NULL THEN r END) + 1 AS time, ` +
      `count(CASE WHEN us IS NOT NULL AND i IS NULL THEN 1 END) AS idless, min(CASE WHEN us IS NOT NULL AND i IS NULL THEN r END) + 1 AS id FROM ${bare}`,
  );
  const [timeless, idless] = [Number(lost["timeless"]), Number(lost["idless"])];
  const rows = read.rows - timeless - idless;
  if (timeless > 0 && time) {
    const { t } = await database.one(`SELECT CAST(t AS VARCHAR) AS t FROM ${read.table} WHERE r = ${Number(lost["time"]) - 1}`);
    const got = t === null ? "nothing" : `"${shorten(String(t))}"`;
    if (timeless === read.rows)
      throw new LatheError(
        "data.value",
        `column "${time.name}" of ${path} holds no times: got ${got} in row ${lost["time"]}, expected ${TIMES_READ}, such as 2024-12-31 13:45; name ` +
          `another column as ${namedSetting("time")}, or leave it out where rows are in order`,
        { path, column: time.name },
      );
    notes.push(
      `column "${time.name}" of ${path}: ${timeless === 1 ? "1 row has" : `${timeless} rows have`} no time and ${timeless === 1 ? "is" : "are"} excluded, ` +
        `row ${lost["time"]} first (${got}, expected ${TIMES_READ}); mend ${timeless === 1 ? "it" : "them"} to use ${timeless === 1 ? "it" : "them"}`,
    );
  }
  if (idless > 0 && id) {
    if (rows === 0)
      throw new LatheError("data.value", `column "${id.name}" of ${path} has no value, expected the ids of series; leave ${namedSetting("id")} out`, {
        path,
        column: id.name,
      });
    notes.push(
      `column "${id.name}" of ${path}: ${idless === 1 ? "1 row has" : `${idless} rows have`} no id and ${idless === 1 ? "is" : "are"} excluded, row ` +
        `${lost["id"]} first`,
    );
  }
  const ids = `${name}_ids`;
  await database.exec(
    `CREATE TABLE ${ids} AS SELECT CAST(row_number() OVER (ORDER BY id) - 1 AS INTEGER) AS k, id FROM ` +
      `(SELECT DISTINCT i AS id FROM ${bare} WHERE us IS NOT NULL AND i IS NOT NULL) ORDER BY id`,
  );
  const table = `${name}_placed`;
  const calendar = time !== undefined && !reading.counter;
  const here = calendar ? zone : UTC;
  const known = id
    ? `(SELECT r, k, us AS x FROM ${bare} JOIN ${ids} ON i = id WHERE us IS NOT NULL)`
    : `(SELECT r, 0 AS k, us AS x FROM ${bare} WHERE us IS NOT NULL)`;
  const [us, lu] = reading.zoned || !calendar ? ["x", localOf("x", here)] : [utcOf("x", here), "x"];
  await database.exec(`CREATE TABLE ${table} AS SELECT r, k, ${us} AS us, ${lu} AS lu FROM ${known}`);
  await database.exec(`DROP TABLE ${bare}`);
  const clock = await findClockChanges(database, name, table, here);
  const counts = reading.zoned || here === UTC ? { skipped: 0, repeated: 0 } : await mendClockChanges(database, name, { table, clock, zone: here });
  if (calendar && zone === UTC && !question.zoneGiven && reading.offsets.some((minutes) => minutes !== 0))
    notes.push(
      `column "${time.name}" of ${path}: its times have an offset, and the calendar is that of UTC; set ` +
        `${namedSetting("zone")} to the place that they are of`,
    );
  return { table, ids, clock, zone: here, calendar, dayFirst: reading.dayFirst, rows, timeless, idless, ...counts, notes };
}

async function readingOf({ database, path, read, dayFirst }: PlaceQuestion): Promise<TimeReading> {
  const { time, table, timeType = "" } = read;
  if (time === undefined)
    return { us: "row_number() OVER (PARTITION BY i ORDER BY r) - 1", zoned: true, offsets: [], counter: true, dayFirst: undefined, notes: [] };
  if (/^(DATE|TIMESTAMP)/.test(timeType)) return typedTimes("t", timeType);
  const text = timeType === "VARCHAR" ? table : `(SELECT r, CAST(t AS VARCHAR) AS t FROM ${table})`;
  return readTimes(database, { from: text, column: time.name, path, ...(dayFirst === undefined ? {} : { dayFirst }) });
}

/** Days of the series whose length is not 24 hours. */
async function findClockChanges(database: Database, name: string, table: string, zone: string): Promise<string> {
  const clock = `${name}_clock`;
  if (zone === UTC) {
    await database.exec(`CREATE TABLE ${clock} (d BIGINT, extra BIGINT)`);
    return clock;
  }
  const { a, b } = await database.one(`SELECT ${floorDiv("min(lu)", DAY)} AS a, ${floorDiv("max(lu)", DAY)} AS b FROM ${table}`);
  await database.exec(
    `CREATE TABLE ${clock} AS SELECT d, extra FROM (SELECT d, ${utcOf(`(d + 1) * ${DAY}`, zone)} - ${utcOf(`d * ${DAY}`, zone)} - ${DAY} AS extra ` +
      `FROM range(${Number(a) - 1}, ${Number(b) + 2}) AS days(d)) WHERE extra <> 0`,
  );
  return clock;
}

/**
 * Of local times that occur twice the first in the file is the earlier; one that a change of clocks skips moves forward by it.
 * Until here both are read as the later of two moments.
 */
async function mendClockChanges(
  database: Database,
  name: string,
  { table, clock, zone }: { readonly table: string; readonly clock: string; readonly zone: string },
): Promise<{ readonly skipped: number; readonly repeated: number }> {
  // A change at midnight is one of the day before as well.
  const near = `(SELECT DISTINCT d + more AS d, extra FROM ${clock}, (VALUES (0), (1)) AS next(more))`;
  const day = floorDiv("lu", DAY);
  const twice = `${name}_twice`;
  await database.exec(
    `CREATE TABLE ${twice} AS SELECT r, k, lu, us, extra FROM (SELECT * FROM ${table} JOIN ${near} ON d = ${day} WHERE extra > 0) ` +
      `WHERE ${localOf("us - extra", zone)} = lu`,
  );
  const repeated = Number((await database.one(`SELECT count(*) AS n FROM ${twice}`))["n"]);
  if (repeated > 0) {
    const { up, down } = await database.one(
      `SELECT count(CASE WHEN lu > before THEN 1 END) AS up, count(CASE WHEN lu < before THEN 1 END) AS down FROM ` +
        `(SELECT lu, lag(lu) OVER (PARTITION BY k ORDER BY r) AS before FROM ${table} WHERE ${day} NOT IN (SELECT d FROM ${near}))`,
    );
    const order = Number(down) > Number(up) ? "r DESC" : "r";
    // In a file in order a clock that goes back tells where the second hour begins.
    const back = Math.min(Number(up), Number(down)) === 0 ? "OR lu < highest" : "";
    await database.exec(
      `UPDATE ${table} SET us = ${table}.us - first.extra FROM (SELECT r, extra FROM (SELECT *, ` +
        `row_number() OVER (PARTITION BY k, lu ORDER BY ${order}) AS nth, ` +
        `max(lu) OVER (PARTITION BY k, ${day} ORDER BY ${order} ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS highest FROM ${twice}) ` +
        `WHERE NOT coalesce(nth > 1 ${back}, false)) AS first WHERE first.r = ${table}.r`,
    );
  }
  await database.exec(`DROP TABLE ${twice}`);
  const skip = `${day} IN (SELECT d FROM ${near} WHERE extra < 0) AND ${localOf("us", zone)} <> lu`;
  const skipped = Number((await database.one(`SELECT count(*) AS n FROM ${table} WHERE ${skip}`))["n"]);
  if (skipped > 0) await database.exec(`UPDATE ${table} SET lu = ${localOf("us", zone)} WHERE ${skip}`);
  return { skipped, repeated };
}
