import { describe, expect, it } from "vitest";
import { type SeriesDraft, openedSeries } from "../../../support/series.js";

const table = (header: string, rows: readonly string[]) => `${[header, ...rows].join("\n")}\n`;
const range = <T>(n: number, of: (i: number) => T) => Array.from({ length: n }, (_, i) => of(i));
const day = (i: number) => new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10);
const days = (n: number) => range(n, (i) => `${day(i)},${i}`);

async function refusalOf(text: string, draft: SeriesDraft, cells?: ReadonlyMap<string, "number" | "text">): Promise<string | undefined> {
  const error: unknown = await openedSeries(text, draft, { cells }).then(
    () => undefined,
    (e: unknown) => e,
  );
  return error === undefined ? undefined : (error as Error).message.replaceAll(/\S*\/s\.csv/g, "FILE");
}

describe("series that are refused", () => {
  const refused: Readonly<Record<string, readonly [text: string, draft: SeriesDraft, message: string]>> = {
    "a step much finer than the rows, of which a few are close": [
      table("t,x", [
        ...range(300, (i) => `2024-01-01T00:${String(Math.floor(i / 60)).padStart(2, "0")}:${String(i % 60).padStart(2, "0")},${i}`),
        ...days(60).slice(1),
      ]),
      { time: "t", step: "1ms" },
      '“Step” (source.step) is 1 millisecond, but 358 of 358 steps are longer, as a rule 1000 times as long; set “Step” (source.step) to "1s", ' +
        "or another that most rows are apart",
    ],
    "a column that is not there": [table("t,x", days(5)), { time: "time" }, `“Times” (source.time): FILE has no column "time"; it has "t", "x"`],
    "no times": [
      table("t,x", ["a,1", "b,2"]),
      { time: "t" },
      `column "t" of FILE holds no times: got "a" in row 1, expected times such as 2024-12-31 13:45, 2024-12-31T13:45:00+01:00, 31.12.2024 or ` +
        `seconds since 1970; name another column as “Times” (source.time), or leave it out where rows are in order`,
    ],
    "days that there are not": [
      table("t,x", ["2024-02-30,1", "2024-02-31,2"]),
      { time: "t" },
      'column "t" of FILE holds no times: got "2024-02-30" in row 1, expected times of the years 1600 to 2254, such as 2024-12-31 13:45; name another ' +
        "column as “Times” (source.time), or leave it out where rows are in order",
    ],
    "some offsets": [
      table("t,x", ["2024-01-01T00:00,1", "2024-01-01T01:00Z,2", "2024-01-01T02:00Z,3"]),
      { time: "t" },
      `column "t" of FILE: row 2 has an offset ("2024-01-01T01:00Z") and row 1 has none ("2024-01-01T00:00"), as 1 in all; write all times ` +
        `with an offset, or none`,
    ],
    "dates of both orders": [
      table("t,x", ["13/01/2024,1", "01/14/2024,2"]),
      { time: "t" },
      `column "t" of FILE has dates with the day first ("13/01/2024") and with the month first ("01/14/2024"), expected one way; write them as 2024-12-31`,
    ],
    "years of two digits that may stand first": [
      table("t,x", ["24/01/05,1", "24/01/06,2", "24/01/07,3"]),
      { time: "t" },
      'column "t" of FILE: it is not clear which number of "24/01/05" is the year; write years with four digits, as in 2024-12-31',
    ],
    "one row": [table("t,x", days(1)), { time: "t" }, "FILE has one row with a time only, expected a series of rows"],
    "one row of each id": [
      table("t,id,x", [`${day(0)},a,1`, `${day(0)},b,1`]),
      { time: "t", id: "id" },
      "no series of FILE has two different times, so that no step can be found; set “Step” (source.step), such as 1h or 1d, " +
        "or another “Series by” (source.id)",
    ],
    "a step that is too fine": [
      table("t,x", days(10)),
      { time: "t", step: "1h" },
      '“Step” (source.step) is 1 hour, but 9 of 9 steps are longer, as a rule 24 times as long; set “Step” (source.step) to "1d", or ' +
        "another that most rows are apart",
    ],
    "times without a step": [
      table(
        "t,x",
        [0, 1, 2, 60, 150, 200, 290, 400].map((s) => `${1735603200 + s},1`),
      ),
      { time: "t" },
      "the times of FILE are not regular: the commonest step is 1 second, but 5 of 7 steps are longer, as a rule 90 times as long; set “Step” " +
        "(source.step) " +
        'to "5min", or another that most rows are apart',
    ],
    "a time far away": [
      table("t,x", [...range(1000, (i) => `${1735603200 + 60 * i},${i}`), "1995603200,0"]),
      { time: "t" },
      "FILE has 1,001 rows, but 4,333,334 steps of 1 minute lie between the first and the last time of its series, expected at most 20 for each row and " +
        '50,000,000 in all; mend times that lie far away, set “Step” (source.step) to "6h" or longer, or set “Gaps” (source.gaps) to "split"',
    ],
    "a zone that there is not": [
      table("t,x", days(5)),
      { time: "t", zone: "Europe/Berln" },
      '“Time zone” (source.zone): got "Europe/Berln", expected a time zone by its IANA name, such as UTC or Europe/Berlin; did you mean "Europe/Berlin"?',
    ],
    "a calendar without times": [
      table("t,x", days(5)),
      { calendar: ["hour"] },
      "“Calendar” (source.calendar) needs times; name the column of times as “Times” (source.time), or leave “Calendar” (source.calendar) out",
    ],
    "a calendar of numbers that count": [
      table("t,x", ["1,1", "2,2", "3,3"]),
      { time: "t", calendar: ["hour"] },
      '“Calendar” (source.calendar) needs times; column "t" of FILE only counts; name a column of times as “Times” (source.time), or ' +
        "leave “Calendar” (source.calendar) out",
    ],
    "a name that the calendar takes": [
      table("t,hour.sin", days(5)),
      { time: "t", calendar: ["hour"] },
      'FILE has a column "hour.sin", which is what “Calendar” (source.calendar) calls a new one; rename it',
    ],
    "one column twice": [
      table("t,x", days(5)),
      { time: "t", id: "t" },
      '“Times” (source.time) and “Series by” (source.id) both name "t", expected two columns',
    ],
  };
  it.each(Object.entries(refused))("%s", async (_, [text, draft, message]) => {
    expect(await refusalOf(text, draft)).toBe(message);
  });

  it("a text in a column of values, with its row in the file", async () => {
    const text = table("t,x", [...days(4), `${day(5)},abc`, `${day(4)},1`]);
    expect(await refusalOf(text, { time: "t" }, new Map([["x", "number"]]))).toBe(
      'FILE, row 5, column "x": got "abc", expected a number or nothing; mend the value, count such values as missing (source.missing), make the column a ' +
        "category, or exclude it",
    );
    const { rows } = await openedSeries(text, { time: "t", missing: { x: ["abc"] } }, { cells: new Map([["x", "number"]]) });
    expect(rows.map(({ x }) => x)).toEqual([0, 1, 2, 3, 1, null]);
  });
});

it("rows behind the ends of many series are refused before they are made, with how many fit", async () => {
  const text = table(
    "t,id,x",
    range(6000, (i) => `${day(i % 2)},m${Math.floor(i / 2)},${i}`),
  );
  const opened = openedSeries(text, { time: "t", id: "id", step: "1d" }, { extend: 20_000 });
  await expect(opened).rejects.toThrow(
    /20,000 steps behind each of 3,000 series of .* are too many rows, expected at most 50,000,000 with those that are there; forecast at most 16,664 steps/,
  );
});

describe("series that are told of", () => {
  const told: Readonly<Record<string, readonly [text: string, draft: SeriesDraft, warnings: readonly string[]]>> = {
    "rows without a time": [
      table("t,x", [...days(5), "soon,1", ",2"]),
      { time: "t", step: "1d" },
      ['column "t" of FILE: 2 rows have no time and are excluded, row 6 first ("soon", expected times of the years 1600 to 2254); mend them to use them'],
    ],
    "a year that no calendar of computers is sure of": [
      table("t,x", [...days(5), "0001-01-01,1", "9999-12-31,2"]),
      { time: "t", step: "1d" },
      [
        'column "t" of FILE: 2 rows have no time and are excluded, row 6 first ("0001-01-01", expected times of the years 1600 to 2254); mend them to use ' +
          "them",
      ],
    ],
    "a leap second, which is the first of the next minute": [
      table(
        "t,x",
        ["23:59:58", "23:59:59", "23:59:60"].map((clock, i) => `2016-12-31T${clock}Z,${i}`).concat("2017-01-01T00:00:00Z,2", "2017-01-01T00:00:01Z,3"),
      ),
      { time: "t", step: "1s" },
      ['FILE: 1 row has the time of another row, equal to it in every value; such rows are put together by “Rows in a step” (source.combine), "mean"'],
    ],
    "ids that differ by a blank inside": [
      table("t,id,x", [`${day(0)},north 1,1`, `${day(1)},north 1,2`, `${day(0)},north1,3`, `${day(1)},north1,4`]),
      { time: "t", id: "id", step: "1d" },
      ['column "id" of FILE: "north 1" and "north1" differ only in case or blanks and are different series; write them in one way if they are not'],
    ],
    "a gap of one step": [
      table("t,x", [...days(60).slice(0, 20), ...days(60).slice(21)]),
      { time: "t", step: "1d" },
      [
        "FILE: 1 gap of 1 step of 1 day in all, the longest of 1, from 2024-01-21 to 2024-01-21; filled in on a line between their neighbours",
        'FILE: filled in is 1 value of "x"',
      ],
    ],
    "a long span without values in rows that are there": [
      table(
        "t,id,x,y",
        ["a", "b"].flatMap((id) => range(60, (i) => `${day(i)},${id},${id === "b" && i >= 20 && i < 40 ? "" : i},${i === 3 ? "" : i}`)),
      ),
      { time: "t", id: "id", step: "1d" },
      [
        'FILE: filled in are 2 values of "y", 20 values of "x"',
        'FILE: 20 values of "x" one behind the other are filled in, from 2024-01-21 to 2024-02-09 of "b"; that is longer than a season, and what is filled ' +
          'in there is invented. Set “Gaps” (source.gaps) to "split" to leave it missing',
      ],
    ],
    "rows without an id": [
      table("t,id,x", [...range(3, (i) => `${day(i)},a,${i}`), `${day(0)},,1`]),
      { time: "t", id: "id", step: "1d" },
      ['column "id" of FILE: 1 row has no id and is excluded, row 4 first'],
    ],
    "ids that differ by a blank, and by case": [
      table("t,id,x", [`${day(0)},a ,1`, `${day(1)},a,2`, `${day(0)},A,3`, `${day(1)},A,4`]),
      { time: "t", id: "id", step: "1d" },
      [
        'column "id" of FILE: "a" is written in 2 ways that differ by blanks or the form of letters; they are one series',
        'column "id" of FILE: "A" and "a" differ only in case or blanks and are different series; write them in one way if they are not',
      ],
    ],
    "dates of either order": [
      table("t,x", ["01/01/2024,1", "01/02/2024,2", "01/03/2024,3"]),
      { time: "t", step: "1d" },
      ['column "t" of FILE: "01/01/2024" is read with the month first, since no date tells; write dates as 2024-12-31 otherwise'],
    ],
    "times off the step": [
      table("t,x", [...days(4), `${day(4)} 01:00,4`]),
      { time: "t", step: "1d" },
      ["FILE: 1 time does not stand at the beginning of a step of 1 day and is moved there, row 5 first"],
    ],
    "a constant column, and one without values": [
      table(
        "t,x,y,z",
        range(5, (i) => `${day(i)},1,,${i}`),
      ),
      { time: "t", step: "1d" },
      ['FILE: column "y" has no value at all; fill it in to use it', 'FILE: column "x" has one value only, from which nothing can be learnt'],
    ],
    "values that stay missing": [
      table("t,x", [`${day(0)},`, ...range(5, (i) => `${day(i + 1)},${i}`)]),
      { time: "t", step: "1d" },
      ['FILE: 1 value of "x" stays missing, before the first or behind the last value of a series; samples that need them are not used'],
    ],
    "an offset, and no zone": [
      table(
        "t,x",
        range(5, (i) => `2024-01-01T0${i}:00+05:30,${i}`),
      ),
      { time: "t", step: "1h" },
      ['column "t" of FILE: its times have an offset, and the calendar is that of UTC; set “Time zone” (source.zone) to the place that they are of'],
    ],
  };
  it.each(Object.entries(told))("%s", async (_, [text, draft, warnings]) => {
    expect((await openedSeries(text, draft)).warnings).toEqual(warnings);
  });
});
