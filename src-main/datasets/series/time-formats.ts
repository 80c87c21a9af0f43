import { LatheError } from "../../base/errors.js";
import { namedSetting } from "../../contract/source-settings.js";
import { shorten } from "../shorten.js";
import type { Database, Row } from "../sources/database.js";
import { literal } from "../sources/sql.js";

/** How the texts of a column of times are read. */
export interface TimeReading {
  /** SQL of µs, local ones where `zoned` is false; NULL where a text is no time. */
  readonly us: string;
  /** Whether the times have offsets, or count from 1970, so that they need no zone. */
  readonly zoned: boolean;
  /** Minutes ahead of UTC, where texts say so. */
  readonly offsets: readonly number[];
  /** Numbers that only count: they stand for themselves, and know no calendar. */
  readonly counter: boolean;
  /** Whether the day stands first in dates such as 01/02/2024; undefined where none is so written. */
  readonly dayFirst: boolean | undefined;
  /** What was decided, in sentences. */
  readonly notes: readonly string[];
}

export interface TimeQuestion {
  /** A FROM item with `r`, the row from 0, and `t`, the text without outer blanks. */
  readonly from: string;
  readonly column: string;
  readonly path: string;
  /** Whether the day stands first where the texts do not tell. */
  readonly dayFirst?: boolean;
}

const CLOCK = "[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?";
const OFFSET = "[Zz]|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?";
/** The date, the time of day, AM or PM, and the offset. */
const PARTS = `^(.*?)(?:(?:[T ]|, *) *(${CLOCK})(?: ?([AaPp])\\.?[Mm]\\.?)?)?(?: ?(${OFFSET}))?$`;
const WITH_OFFSET = `:[0-9]{2}(?:[.,][0-9]+)? ?(?:${OFFSET})$`;

/** Kinds of dates, by what their digits are. */
const FORMATS = {
  iso: "[0-9]{4}([-/.])[0-9]{1,2}[-/.][0-9]{1,2}",
  number: "[+-]?[0-9]+([.][0-9]+)?([eE][+-]?[0-9]+)?",
  dots: "[0-9]{1,2}[.] ?[0-9]{1,2}[.] ?([0-9]{4}|[0-9]{2})",
  // 24-01-05 begins with the year in some countries, and with the day in others.
  slashes: "[0-9]{1,2}[-/][0-9]{1,2}[-/][0-9]{4}|[0-9]{1,2}/[0-9]{1,2}/[0-9]{2}",
  month: "[0-9]{4}[-/.][0-9]{1,2}",
  monthBefore: "[0-9]{1,2}[-/.][0-9]{4}",
  week: "[0-9]{4}[- ]?[Ww][0-9]{1,2}",
  quarter: "[0-9]{4}[-/ ]?[Qq][1-4]|[Qq][1-4][-/ ]?[0-9]{4}",
  named:
    "([A-Za-z]+[.,]? )?[0-9]{1,2}[-. ]+[A-Za-zä]{3,9}[-., ]+([0-9]{4}|[0-9]{2})|[A-Za-zä]{3,9}[-. ]+([0-9]{1,2}, ?|[0-9]{1,2} )?[0-9]{4}|" +
    "[0-9]{4}[-. ][A-Za-zä]{3,9}",
} as const;
type Format = keyof typeof FORMATS;

/** Times outside are slips of the pen, or stand for none. */
const [FIRST_YEAR, LAST_YEAR] = [1600, 2254];
/** The same in µs. */
const [EARLIEST, LATEST] = [Date.UTC(FIRST_YEAR, 0, 1) * 1000, Date.UTC(LAST_YEAR + 1, 0, 1) * 1000];
/** What times are, as a sentence continues. */
export const TIMES_READ = `times of the years ${FIRST_YEAR} to ${LAST_YEAR}`;

/**
 * Decides, by one pass over all rows, how a column of times is read.
 * @throws LatheError `data.value` where none is a time, where some have offsets and others none, or where dates are written with the day and the month first.
 */
export async function readTimes(database: Database, question: TimeQuestion): Promise<TimeReading> {
  const { from, column, path } = question;
  const format = `CASE ${Object.entries(FORMATS)
    .map(([name, pattern]) => `WHEN regexp_full_match(d, ${literal(pattern)}) THEN ${literal(name)}`)
    .join(" ")} ELSE 'none' END`;
  const numbers = (k: 1 | 2) => `TRY_CAST(regexp_extract(d, '^([0-9]+)[-/]([0-9]+)', ${k}) AS INTEGER)`;
  const seen = await database.all(
    `SELECT f, o, count(*) AS n, min(r) + 1 AS "row", arg_min(t, r) AS example, count(CASE WHEN a > 12 THEN 1 END) AS dayfirst, ` +
      `arg_min(t, CASE WHEN a > 12 THEN r END) AS dayexample, arg_min(t, CASE WHEN b > 12 THEN r END) AS monthexample, ` +
      `count(CASE WHEN b > 12 THEN 1 END) AS monthfirst, count(DISTINCT y) AS years, max(y) AS latest, ` +
      `greatest(count(DISTINCT a), count(DISTINCT b)) AS days, arg_min(t, CASE WHEN y IS NOT NULL THEN r END) AS yearexample, ` +
      `min(x) AS low, max(x) AS high, quantile_disc(abs(x), 0.5) AS middle, min(length(d)) AS short, max(length(d)) AS long, ` +
      `bool_and(x = trunc(x)) AS whole, bool_and(CASE WHEN f = 'number' THEN try_strptime(d, '%Y%m%d') IS NOT NULL END) AS dates, ` +
      `bool_and(CASE WHEN f = 'number' THEN TRY_CAST(substr(d, 5) AS INTEGER) BETWEEN 1 AND 12 END) AS months FROM (` +
      `SELECT *, CASE WHEN f = 'slashes' THEN ${numbers(1)} END AS a, CASE WHEN f = 'slashes' THEN ${numbers(2)} END AS b, ` +
      `CASE WHEN f = 'slashes' THEN TRY_CAST(regexp_extract(d, '/([0-9]{2})$', 1) AS INTEGER) END AS y, ` +
      `CASE WHEN f = 'number' THEN TRY_CAST(d AS DOUBLE) END AS x FROM (SELECT r, t, d, o, ${format} AS f FROM (` +
      `SELECT r, t, CASE WHEN plain THEN substr(t, 1, 10) ELSE ${dateIn("t")} END AS d, CASE WHEN plain THEN NULL ELSE ${offsetIn("t")} END AS o FROM ` +
      `(SELECT r, t, regexp_full_match(t, ${literal(PLAIN)}) AS plain FROM ${from} WHERE t IS NOT NULL)))) GROUP BY f, o ORDER BY min(r)`,
  );
  const readable = seen.filter(({ f }) => f !== "none");
  const numeric = readable.filter(({ f }) => f === "number");
  const dated = readable.filter(({ f }) => f !== "number");
  if (readable.length === 0) throw unreadable(question, seen[0]);
  // Numbers among dates are none.
  if (dated.length === 0) return ofNumbers(question, numeric);
  const notes: string[] = [];
  const where = `column "${column}" of ${path}`;
  const withOffset = dated.filter(({ o }) => o !== null);
  const without = dated.filter(({ o }) => o === null);
  if (withOffset.length > 0 && without.length > 0) {
    const [one, other] = [withOffset[0], without[0]];
    throw new LatheError(
      "data.value",
      `${where}: row ${one?.["row"]} has an offset ("${shorten(String(one?.["example"]))}") and row ${other?.["row"]} has none ` +
        `("${shorten(String(other?.["example"]))}"), as ${sum(without)} in all; write all times with an offset, or none`,
      { path, column, row: other?.["row"] },
    );
  }
  const offsets = new Set(withOffset.map(({ o }) => Number(o)));
  if (offsets.size > 2) notes.push(`${where}: times have ${offsets.size} different offsets; they are ordered by the moment that each means`);
  const slashes = dated.filter(({ f }) => f === "slashes");
  const dayFirst = orderOf(question, slashes, notes);
  const kinds = [...new Set(dated.map(({ f }) => String(f) as Format))];
  const d = dateIn("t");
  const dates = kinds.map((kind) => `WHEN regexp_full_match(${d}, ${literal(FORMATS[kind])}) THEN ${dateSql(kind, d, dayFirst === true)}`);
  const any = `epoch_us(CAST(CASE ${dates.join(" ")} END AS TIMESTAMP)) + ${clockIn("t")}`;
  // Most are written so.
  const local = `CASE WHEN regexp_full_match(t, ${literal(PLAIN)}) THEN epoch_us(TRY_CAST(t AS TIMESTAMP)) ELSE ${any} END`;
  return {
    us: within(offsets.size > 0 ? `${any} - CAST(60000000 AS BIGINT) * ${offsetIn("t")}` : local),
    zoned: offsets.size > 0,
    offsets: [...offsets],
    counter: false,
    dayFirst,
    notes,
  };
}

/** Whether a text looks like a time, other than a mere number. */
export function looksLikeTime(text: string): boolean {
  const [, date = ""] = new RegExp(PARTS).exec(text.trim()) ?? [];
  return Object.entries(FORMATS).some(([name, pattern]) => name !== "number" && new RegExp(`^(?:${pattern})$`).test(date));
}

const PLAIN = "[0-9]{4}-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?)?";

/** Columns of times that a file has as such. @param sql of the column, TIMESTAMP or TIMESTAMPTZ */
export function typedTimes(sql: string, type: string): TimeReading {
  const zoned = /WITH TIME ZONE/.test(type);
  return {
    us: within(`epoch_us(TRY_CAST(${sql} AS ${zoned ? "TIMESTAMPTZ" : "TIMESTAMP"}))`),
    zoned,
    offsets: [],
    counter: false,
    dayFirst: undefined,
    notes: [],
  };
}

/** Whether the day stands first in dates such as 01/02/2024; undefined where none is so written. */
function orderOf({ column, path, dayFirst: likely }: TimeQuestion, slashes: readonly Row[], notes: string[]): boolean | undefined {
  const where = `column "${column}" of ${path}`;
  // Years change less often than days; where the last number does not, the first may be the year.
  const short = slashes.find(({ years, latest, days }) => Number(years) > 1 && Number(latest) <= 31 && Number(years) >= Number(days));
  if (short)
    throw new LatheError(
      "data.value",
      `${where}: it is not clear which number of "${shorten(String(short["yearexample"]))}" is the year; write years with four digits, as in 2024-12-31`,
      { path, column },
    );
  const day = slashes.find(({ dayfirst }) => Number(dayfirst) > 0);
  const month = slashes.find(({ monthfirst }) => Number(monthfirst) > 0);
  if (day && month) {
    throw new LatheError(
      "data.value",
      `${where} has dates with the day first ("${shorten(String(day["dayexample"]))}") and with the month first ` +
        `("${shorten(String(month["monthexample"]))}"), expected one way; write them as 2024-12-31`,
      { path, column },
    );
  }
  if (slashes.length === 0) return undefined;
  if (day || month) return day !== undefined;
  const dayFirst = likely ?? false;
  // An earlier version kept false of dates that were written in another way, too.
  if (!dayFirst)
    notes.push(
      `${where}: "${shorten(String(slashes[0]?.["example"]))}" is read with the month first, since no date tells; write dates as 2024-12-31 otherwise`,
    );
  return dayFirst;
}

/** Numbers: dates or years without dashes, counts since 1970 by their size, or just numbers in order. */
function ofNumbers({ column, path }: TimeQuestion, seen: readonly Row[]): TimeReading {
  const low = Math.min(...seen.map((row) => Number(row["low"])));
  const high = Math.max(...seen.map((row) => Number(row["high"])));
  const every = (name: string) => seen.every((row) => row[name] === true);
  const digits = (n: number) => seen.every((row) => Number(row["short"]) === n && Number(row["long"]) === n);
  const where = `column "${column}" of ${path}`;
  const dated = (format: string, text: string, what: string): TimeReading => ({
    us: within(`epoch_us(try_strptime(${text}, ${literal(format)}))`),
    zoned: false,
    offsets: [],
    counter: false,
    dayFirst: undefined,
    notes: [`${where}: "${String(seen[0]?.["example"])}" is read as ${what}`],
  });
  if (digits(4) && low >= 1600 && high <= 2250) return dated("%Y", "t", "a year");
  if (digits(8) && every("dates")) return dated("%Y%m%d", "t", "a date, without dashes");
  if (digits(6) && every("months") && low >= 190_000 && high <= 225_000) return dated("%Y%m", "t", "a month, without a dash");
  // A wild number or two do not say what the others are.
  const size = Number(seen.reduce((a, b) => (Number(b["n"]) > Number(a["n"]) ? b : a), seen[0] ?? {})["middle"]);
  const exact = "coalesce(TRY_CAST(t AS DECIMAL(28, 9)), TRY_CAST(TRY_CAST(t AS DOUBLE) AS DECIMAL(28, 9)))";
  if (size < SMALL && every("whole"))
    return {
      us: `TRY_CAST(${exact} AS BIGINT)`,
      zoned: true,
      offsets: [],
      counter: true,
      dayFirst: undefined,
      notes: [`${where}: its numbers are read as numbers in order, without a calendar`],
    };
  const [name, scale] = SCALES.find(([, , below]) => size < below) ?? SCALES[3];
  const us = scale >= 1 ? `round(${exact} * ${scale})` : `floor(${exact} / ${1 / scale})`;
  return {
    us: within(`TRY_CAST(${us} AS BIGINT)`),
    zoned: true,
    offsets: [],
    counter: false,
    dayFirst: undefined,
    notes: [`${where}: its numbers are read as ${name} since 1970, UTC`],
  };
}

/** Seconds of 1973; smaller whole numbers only count. */
const SMALL = 1e8;
/** Units of a number, how many µs each is, and below what numbers are of it. */
const SCALES = [
  ["seconds", 1e6, 1e11],
  ["milliseconds", 1e3, 1e14],
  ["microseconds", 1, 1e17],
  ["nanoseconds", 1e-3, Infinity],
] as const;

/** µs of a date. Years of two digits are tried first: %Y takes 24 for the year 24. */
function dateSql(format: Format, d: string, dayFirst: boolean): string {
  const tried = (text: string, ...formats: readonly string[]) => `try_strptime(${text}, [${formats.map(literal).join(", ")}])`;
  const dashed = `regexp_replace(${d}, '[-/. ]+', '-', 'g')`;
  const part = (pattern: string) => `regexp_extract(${d}, ${literal(pattern)}, 1)`;
  switch (format) {
    case "iso":
      return tried(dashed, "%Y-%m-%d");
    case "dots":
      return tried(dashed, "%d-%m-%y", "%d-%m-%Y");
    case "slashes":
      return dayFirst ? tried(dashed, "%d-%m-%y", "%d-%m-%Y") : tried(dashed, "%m-%d-%y", "%m-%d-%Y");
    case "month":
      return tried(dashed, "%Y-%m");
    case "monthBefore":
      return tried(dashed, "%m-%Y");
    case "week":
      return tried(`${part("^([0-9]{4})")} || ' ' || lpad(${part("([0-9]{1,2})$")}, 2, '0') || ' 1'`, "%G %V %u");
    case "quarter":
      return tried(`${part("([0-9]{4})")} || '-' || (3 * TRY_CAST(${part("[Qq]([1-4])")} AS INTEGER) - 2)`, "%Y-%m");
    case "named": {
      const bare = `regexp_replace(lower(${d}), '^(mon|tue|wed|thu|fri|sat|sun)[a-z]*[., ]+', '')`;
      const short = `regexp_replace(regexp_replace(${bare}, '[-., ]+', ' ', 'g'), '([a-zä]{3})[a-zä]*', '\\1')`;
      const english = Object.entries(MONTHS).reduce((sql, [from, to]) => `replace(${sql}, ${literal(from)}, ${literal(to)})`, short);
      return tried(english, "%d %b %y", "%d %b %Y", "%b %d %Y", "%b %Y", "%Y %b");
    }
    case "number":
      return "NULL";
  }
}

/** German months, where they begin with other letters. */
const MONTHS = { mär: "mar", mrz: "mar", mai: "may", okt: "oct", dez: "dec" };

/** µs of the time of day; NULL where there can be none such. */
function clockIn(t: string): string {
  const clock = `regexp_extract(${t}, ${literal(PARTS)}, 2)`;
  const half = `lower(regexp_extract(${t}, ${literal(PARTS)}, 3))`;
  const [hour, minute] = [1, 2].map((k) => `TRY_CAST(regexp_extract(${clock}, '^([0-9]+):([0-9]+)', ${k}) AS BIGINT)`);
  const second = `coalesce(TRY_CAST(replace(regexp_extract(${clock}, '^[0-9]+:[0-9]+:(.*)$', 1), ',', '.') AS DECIMAL(18, 6)), 0)`;
  const hours = `(CASE ${half} WHEN 'p' THEN ${hour} % 12 + 12 WHEN 'a' THEN ${hour} % 12 ELSE ${hour} END)`;
  return (
    `CASE WHEN ${clock} = '' THEN 0 WHEN ${hour} > 24 OR ${minute} > 59 OR ${second} >= 61 OR (${half} <> '' AND ${hour} > 12) THEN NULL ` +
    `ELSE (${hours} * 3600 + ${minute} * 60) * 1000000 + TRY_CAST(${second} * 1000000 AS BIGINT) END`
  );
}

/** The text without time of day and offset. */
function dateIn(t: string): string {
  return `CASE WHEN contains(${t}, ':') THEN regexp_extract(${t}, ${literal(PARTS)}, 1) ELSE ${t} END`;
}

/** Minutes that a text's time is ahead of UTC; NULL where it does not say so. */
function offsetIn(t: string): string {
  const part = (k: number) => `regexp_extract(${t}, '([+-])([0-9]{2}):?([0-9]{2})?$', ${k})`;
  return (
    `CASE WHEN NOT contains(${t}, ':') OR NOT regexp_matches(${t}, ${literal(WITH_OFFSET)}) THEN NULL WHEN regexp_matches(${t}, '[A-Za-z]$') THEN 0 ELSE ` +
    `(CASE ${part(1)} WHEN '-' THEN -1 ELSE 1 END) * (60 * TRY_CAST(${part(2)} AS INTEGER) + coalesce(TRY_CAST(${part(3)} AS INTEGER), 0)) END`
  );
}

function within(us: string): string {
  return `(CASE WHEN ${us} BETWEEN ${EARLIEST} AND ${LATEST} THEN ${us} END)`;
}

function unreadable({ column, path }: TimeQuestion, row: Row | undefined): LatheError {
  const where = `column "${column}" of ${path}`;
  if (!row)
    return new LatheError(
      "data.value",
      `${where} has no value, expected times; name another as ${namedSetting("time")}, or leave it out where rows are in order`,
      { path, column },
    );
  return new LatheError(
    "data.value",
    `${where} holds no times: got "${shorten(String(row["example"]))}" in row ${row["row"]}, expected times such as 2024-12-31 13:45, ` +
      `2024-12-31T13:45:00+01:00, ` +
      `31.12.2024 or seconds since 1970; name another column as ${namedSetting("time")}, or leave it out where rows are in order`,
    { path, column, row: row["row"], value: row["example"] },
  );
}

function sum(rows: readonly Row[]): number {
  return rows.reduce((total, { n }) => total + Number(n), 0);
}
