import { describe, expect, it, onTestFinished } from "vitest";
import { seriesSource, splitSchema } from "../../../../src-main/contract/data.js";
import { Database } from "../../../../src-main/datasets/sources/database.js";
import { openMain } from "../../../../src-main/datasets/sources/open-source.js";
import { type SeriesDraft, openedSeries } from "../../../support/series.js";
import { writeTable } from "../../../support/tables.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const table = (header: string, rows: readonly string[]) => `${[header, ...rows].join("\n")}\n`;
const range = <T>(n: number, of: (i: number) => T) => Array.from({ length: n }, (_, i) => of(i));
const day = (i: number) => new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10);
const utc = (hours: number, from = Date.UTC(2024, 0, 1)) => new Date(from + hours * 3_600_000).toISOString().slice(0, 16).replace("T", " ");
/** Local time of Berlin, with or without its offset. */
const berlin = (us: number, withOffset: boolean) => {
  const text = new Date(us).toLocaleString("sv-SE", { timeZone: "Europe/Berlin" });
  const offset = (Date.parse(`${text.replace(" ", "T")}Z`) - us) / 3_600_000;
  return withOffset ? `${text.replace(" ", "T")}+0${offset}:00` : text;
};

describe("a regular table", () => {
  it("has a row for each step, in order of time", async () => {
    const { series, rows, warnings } = await openedSeries(
      table(
        "t,x",
        range(30, (i) => `${utc(i)},${i}`),
      ),
      { time: "t", calendar: ["hour", "weekday"] },
    );
    expect(series.step).toEqual({ unit: "second", count: 3600, label: "1 hour" });
    expect(series.season).toBe(24);
    expect(series.known).toEqual(["hour.sin", "hour.cos", "weekday.sin", "weekday.cos"]);
    expect(rows.map(({ x }) => x)).toEqual(range(30, (i) => i));
    expect(rows[6]).toMatchObject({ at: "2024-01-01T06:00:00Z", t: "2024-01-01 06:00:00", "hour.sin": 1, segment: 0, filled: false });
    expect(rows[6]!["weekday.cos"]).toBe(1);
    expect(warnings).toEqual(["the step of FILE is 1 hour, the commonest difference of its times; set “Step” (source.step) where it is another"]);
  });

  it.each([[false], [true]])("has days of 23 and 25 hours without gap and duplicate, with offsets: %s", async (withOffset) => {
    for (const [from, hours] of [
      [Date.UTC(2024, 2, 30, 23), 23],
      [Date.UTC(2024, 9, 26, 22), 25],
    ] as const) {
      const text = table(
        "t,x",
        range(3 * 24, (i) => `${berlin(from + i * 3_600_000, withOffset)},${i}`),
      );
      const { series, rows } = await openedSeries(text, { time: "t", zone: "Europe/Berlin" });
      expect(rows.map(({ x }) => x)).toEqual(range(72, (i) => i));
      expect(rows.map(({ at }) => Date.parse(String(at)))).toEqual(range(72, (i) => from + i * 3_600_000));
      const { report } = series;
      expect({ gaps: report.gapCount, duplicates: report.duplicates, late: report.outOfOrder }).toEqual({ gaps: 0, duplicates: 0, late: 0 });
      expect([report.series[0]!.shortDays, report.series[0]!.longDays]).toEqual(hours === 23 ? [1, 0] : [0, 1]);
      expect(rows.filter(({ t }) => String(t).startsWith(hours === 23 ? "2024-03-31" : "2024-10-27")).length).toBe(hours);
    }
  });

  it("has local days of one step each, whatever their hours", async () => {
    const { series, rows } = await openedSeries(
      table(
        "t,x",
        range(300, (i) => `${day(i)},${i}`),
      ),
      { time: "t", zone: "Europe/Berlin" },
    );
    expect(series.step).toEqual({ unit: "day", count: 1, label: "1 day" });
    expect(series.season).toBe(7);
    expect(rows.map(({ at }) => at)).toEqual(range(300, day));
    expect(series.report.gapCount).toBe(0);
    expect(series.report.series[0]).toMatchObject({ shortDays: 1, longDays: 0 });
  });

  it("moves a time that a change of clocks skips forward, and says so", async () => {
    const text = table("t,x", ["2024-03-31 01:30,1", "2024-03-31 02:00,2", "2024-03-31 03:30,3", "2024-03-31 04:00,4", "2024-03-31 04:30,5"]);
    const { rows, warnings } = await openedSeries(text, { time: "t", zone: "Europe/Berlin", step: "30min" });
    expect(rows.map(({ at }) => at)).toEqual(
      ["01:30:00+01:00", "03:00:00+02:00", "03:30:00+02:00", "04:00:00+02:00", "04:30:00+02:00"].map((t) => `2024-03-31T${t}`),
    );
    expect(warnings).toEqual(["FILE: 1 time is in an hour that the change of clocks skips; moved forward by it"]);
  });

  it("tells quarters of an hour that occur twice apart where only the clock that goes back does", async () => {
    const text = table("t,x", ["2024-10-27 02:40,1", "2024-10-27 02:50,2", "2024-10-27 02:00,3", "2024-10-27 02:10,4"]);
    const { rows } = await openedSeries(text, { time: "t", zone: "Europe/Berlin" });
    expect(rows.map(({ at, x }) => [String(at).slice(11), x])).toEqual([
      ["02:40:00+02:00", 1],
      ["02:50:00+02:00", 2],
      ["02:00:00+01:00", 3],
      ["02:10:00+01:00", 4],
    ]);
  });

  it("stands at full local hours where offsets are of half hours", async () => {
    const text = table(
      "t,x",
      range(24, (i) => `2024-01-01T${String(i).padStart(2, "0")}:00:00+05:30,${i}`),
    );
    const { rows, series } = await openedSeries(text, { time: "t", zone: "Asia/Kolkata" });
    expect(rows[0]!["at"]).toBe("2024-01-01T00:00:00+05:30");
    expect(series.report.offGrid).toBe(0);
    const resampled = await openedSeries(text, { time: "t", zone: "Asia/Kolkata", step: "6h", combine: "first" });
    expect(resampled.rows.map(({ at, x }) => [at, x])).toEqual([0, 6, 12, 18].map((h) => [`2024-01-01T${String(h).padStart(2, "0")}:00:00+05:30`, h]));
  });

  const months: Readonly<Record<string, readonly [times: readonly string[], label: string, season: number | undefined]>> = {
    "first days of months": [range(30, (i) => new Date(Date.UTC(2020, i, 1)).toISOString().slice(0, 10)), "1 month", 12],
    "last days of months": [range(30, (i) => new Date(Date.UTC(2020, i + 1, 0)).toISOString().slice(0, 10)), "1 month", 12],
    "the 15th of months": [range(30, (i) => new Date(Date.UTC(2020, i, 15)).toISOString().slice(0, 10)), "1 month", 12],
    months: [range(30, (i) => new Date(Date.UTC(2020, i, 1)).toISOString().slice(0, 7)), "1 month", 12],
    "months by name": [
      range(30, (i) => new Date(Date.UTC(2020, i, 1)).toLocaleString("en", { month: "short", year: "numeric", timeZone: "UTC" })),
      "1 month",
      12,
    ],
    quarters: [range(20, (i) => `${2020 + Math.floor(i / 4)}Q${(i % 4) + 1}`), "1 quarter", 4],
    "last days of quarters": [range(20, (i) => new Date(Date.UTC(2020, 3 * i + 3, 0)).toISOString().slice(0, 10)), "1 quarter", 4],
    years: [range(40, (i) => String(1980 + i)), "1 year", undefined],
    weeks: [range(60, (i) => new Date(Date.UTC(2024, 0, 3 + 7 * i)).toISOString().slice(0, 10)), "1 week", 52],
    "weeks by number": [range(40, (i) => `2024-W${String(i + 1).padStart(2, "0")}`), "1 week", 52],
    "spans of 28 days": [range(30, (i) => day(28 * i)), "4 weeks", 13],
    "years before 1970": [range(40, (i) => String(1900 + i)), "1 year", undefined],
  };
  it.each(Object.entries(months))("finds the step: %s", async (_, [times, label, season]) => {
    const { series, rows } = await openedSeries(
      table(
        "t,x",
        times.map((t, i) => `${t},${i}`),
      ),
      { time: "t", zone: "Europe/Berlin" },
    );
    expect(series.step.label).toBe(label);
    expect(series.season).toBe(season);
    expect(rows.map(({ x }) => x)).toEqual(range(times.length, (i) => i));
    expect(series.report).toMatchObject({ gapCount: 0, offGrid: 0, duplicates: 0 });
    if (/^\d{4}-\d\d-\d\d$/.test(times[0]!)) expect(rows.map(({ at }) => at)).toEqual(times);
  });

  const written: Readonly<Record<string, readonly [times: readonly string[], expected: readonly string[]]>> = {
    "dots and a clock": [
      ["31.12.2024 13:45", "31.12.2024 14:45", "31.12.2024 15:45:00"],
      ["2024-12-31T13:45:00Z", "2024-12-31T14:45:00Z", "2024-12-31T15:45:00Z"],
    ],
    "years of two digits, the month first": [
      ["12/30/24", "12/31/24", "1/1/25"],
      ["2024-12-30", "2024-12-31", "2025-01-01"],
    ],
    "years of two digits, with points": [
      ["31.12.99", "01.01.00", "02.01.00"],
      ["1999-12-31", "2000-01-01", "2000-01-02"],
    ],
    "years of two digits, named months": [
      ["30-Dec-24", "31-Dec-24", "1-Jan-25"],
      ["2024-12-30", "2024-12-31", "2025-01-01"],
    ],
    "the month first": [
      ["12/30/2024", "12/31/2024", "1/1/2025"],
      ["2024-12-30", "2024-12-31", "2025-01-01"],
    ],
    "the day first": [
      ["30/12/2024", "31/12/2024", "1/1/2025"],
      ["2024-12-30", "2024-12-31", "2025-01-01"],
    ],
    "AM and PM": [
      ["12/31/2024 11:00 AM", "12/31/2024 12:00 PM", "12/31/2024 1:00 PM"],
      ["2024-12-31T11:00:00Z", "2024-12-31T12:00:00Z", "2024-12-31T13:00:00Z"],
    ],
    "no dashes": [
      ["20241230", "20241231", "20250101"],
      ["2024-12-30", "2024-12-31", "2025-01-01"],
    ],
    seconds: [
      ["1735603200", "1735606800", "1735610400"],
      ["2024-12-31T00:00:00Z", "2024-12-31T01:00:00Z", "2024-12-31T02:00:00Z"],
    ],
    milliseconds: [
      ["1735603200000", "1735606800000", "1735610400000"],
      ["2024-12-31T00:00:00Z", "2024-12-31T01:00:00Z", "2024-12-31T02:00:00Z"],
    ],
    microseconds: [
      ["1735603200000000", "1735606800000000", "1735610400000000"],
      ["2024-12-31T00:00:00Z", "2024-12-31T01:00:00Z", "2024-12-31T02:00:00Z"],
    ],
    nanoseconds: [
      ["1735603200000000000", "1735606800000000000", "1735610400000000000"],
      ["2024-12-31T00:00:00Z", "2024-12-31T01:00:00Z", "2024-12-31T02:00:00Z"],
    ],
    "seconds with decimals": [
      ["1735603200.0", "1735603200.5", "1735603201.0"],
      ["2024-12-31T00:00:00Z", "2024-12-31T00:00:00.5Z", "2024-12-31T00:00:01Z"],
    ],
    "a Z without seconds": [
      ["2024-12-31 00:00Z", "2024-12-31 01:00Z", "2024-12-31 02:00Z"],
      ["2024-12-31T00:00:00Z", "2024-12-31T01:00:00Z", "2024-12-31T02:00:00Z"],
    ],
    "several offsets": [
      ["2024-12-31T01:00+01:00", "2024-12-31T01:00Z", "2024-12-31T07:30+0530"],
      ["2024-12-31T00:00:00Z", "2024-12-31T01:00:00Z", "2024-12-31T02:00:00Z"],
    ],
    "numbers that count": [
      ["1", "2", "3"],
      ["1", "2", "3"],
    ],
    "days by name": [
      ["30 December 2024", "31 Dec 2024", "Jan 1, 2025"],
      ["2024-12-30", "2024-12-31", "2025-01-01"],
    ],
  };
  it.each(Object.entries(written))("reads times: %s", async (_, [times, expected]) => {
    const { rows } = await openedSeries(
      table(
        "t;x",
        times.map((t, i) => `${t};${i}`),
      ),
      { time: "t", delimiter: ";" },
    );
    expect(rows.map(({ at }) => at)).toEqual(expected);
  });

  it("fills the gap of one id only, and counts it", async () => {
    const text = table("t,id,x", [
      ...range(10, (i) => `${day(i)},a,${i}`),
      ...range(10, (i) => i).flatMap((i) => (i >= 4 && i < 7 ? [] : [`${day(i)},b,${i}`])),
    ]);
    const { series, rows, warnings } = await openedSeries(text, { time: "t", id: "id" });
    expect(rows.map(({ x }) => x)).toEqual([...range(10, (i) => i), ...range(10, (i) => i)]);
    expect(rows.map(({ id, segment }) => [id, segment])).toEqual([...range(10, () => ["a", 0]), ...range(10, () => ["b", 1])]);
    expect(rows.flatMap(({ filled, at, id }) => (filled === true ? [[id, at]] : []))).toEqual([4, 5, 6].map((i) => ["b", day(i)]));
    const [a, b] = series.report.series;
    expect(a).toMatchObject({ id: "a", rows: 10, gapCount: 0, gaps: [], filled: {} });
    expect(b).toMatchObject({
      id: "b",
      rows: 10,
      gapCount: 1,
      gapRows: 3,
      filled: { x: 3 },
      gaps: [{ from: { text: day(4) }, to: { text: day(6) }, rows: 3 }],
    });
    expect(warnings.slice(1)).toEqual([
      `FILE: 1 gap of 3 steps of 1 day in all, the longest of 3, from ${day(4)} to ${day(6)} of "b"; filled in on a line between their neighbours`,
      `FILE: the longest gap, 3 steps, from ${day(4)} to ${day(6)} of "b", is more than a tenth of its series; what is filled in there is invented. ` +
        `Set “Gaps” (source.gaps) to "split" to end the series there`,
      `FILE: filled in are 3 values of "x"`,
    ]);
  });

  const gappy = table("t,x,z", [`${day(0)},,1`, `${day(1)},1,1`, `${day(4)},4,1`, `${day(5)},,2`, `${day(6)},6,2`, `${day(7)},,`, `${day(8)},,`]);
  const filled: readonly (readonly [draft: SeriesDraft, x: readonly (number | null)[], segments: readonly number[]])[] = [
    [{ gaps: "interpolate" }, [null, 1, 2, 3, 4, 5, 6, null, null], range(9, () => 0)],
    [{ gaps: "forward" }, [null, 1, 1, 1, 4, 4, 6, null, null], range(9, () => 0)],
    [{ gaps: "split" }, [null, 1, 4, null, 6, null, null], [0, 0, 1, 1, 1, 1, 1]],
  ];
  it.each(filled)("fills between the first and the last value: %j", async (draft, x, segments) => {
    const { rows, series } = await openedSeries(gappy, { time: "t", step: "1d", ...draft });
    expect(rows.map((row) => row["x"])).toEqual(x);
    expect(rows.map(({ segment }) => segment)).toEqual(segments);
    expect(series.report.missing["x"]).toBe(x.filter((value) => value === null).length);
  });

  it("marks what was missing", async () => {
    const { rows, series } = await openedSeries(gappy, { time: "t", step: "1d", gaps: "mark", known: ["z"] });
    expect(rows.map((row) => row["x"])).toEqual([null, 1, 2, 3, 4, 5, 6, null, null]);
    expect(rows.map((row) => row["x.missing"])).toEqual([1, 0, 1, 1, 0, 1, 0, 1, 1]);
    expect(series.marked).toEqual(["x", "z"]);
    expect(series.known).toEqual(["z", "z.missing"]);
  });

  it("fills nothing before a cut with what is known only behind it", async () => {
    const cut = Date.UTC(2024, 0, 4) * 1000;
    const of = async (last: string) =>
      (
        await openedSeries(
          table("t,x", [`${day(0)},0`, `${day(1)},1`, ...(last === "" ? [`${day(6)},`] : [`${day(6)},${last}`]), `${day(7)},`]),
          { time: "t", step: "1d" },
          { cuts: [cut] },
        )
      ).rows.map(({ x }) => x);
    expect(await of("6")).toEqual([0, 1, 1, 3, 4, 5, 6, null]);
    expect(await of("60")).toEqual([0, 1, 1, expect.closeTo(24.6), expect.closeTo(36.4), expect.closeTo(48.2), 60, null]);
    expect(await of("")).toEqual([0, 1, 1, null, null, null, null, null]);
  });

  it("finds the cuts of a split as it fills, and says of the file what it would without one", async () => {
    // x ends in the training part, y has a gap across each cut.
    const text = table(
      "t,x,y",
      range(20, (i) => `${day(i)},${i < 8 ? i : ""},${[9, 10, 14, 15].includes(i) ? "" : 2 * i}`),
    );
    const parted = await openedSeries(text, { time: "t" }, { cuts: { validation: 0.25, test: 0.25 } });
    const cut = await openedSeries(text, { time: "t" }, { cuts: [10, 15].map((i) => Date.parse(day(i)) * 1000) });
    const whole = await openedSeries(text, { time: "t" });
    expect(parted.rows).toEqual(cut.rows);
    expect(parted.rows.map(({ x }) => x)).toEqual(range(20, (i) => (i < 15 ? Math.min(i, 7) : null)));
    expect(parted.rows.slice(8, 17).map(({ y }) => y)).toEqual([16, 16, 20, 22, 24, 26, 26, 30, 32]);
    expect(whole.rows.slice(8, 17).map(({ y }) => y)).toEqual(range(9, (i) => 2 * (i + 8)));
    const folder = temporaryFolder();
    const path = writeTable(folder, "s.csv", text);
    const database = await Database.open(folder);
    onTestFinished(() => database.close());
    const spec = seriesSource.parse({ type: "series", path, time: "t" });
    const opened = await openMain(database, folder, spec, { split: splitSchema.parse({ by: "time", validation: 0.25, test: 0.25 }) });
    expect(opened.warnings.map((warning) => warning.replaceAll(path, "FILE"))).toEqual(parted.warnings);
    expect(parted.warnings[0]).toBe(whole.warnings[0]);
  });

  it.each([
    ["mean", 2],
    ["sum", 6],
    ["min", 1],
    ["max", 3],
    ["first", 3],
    ["last", 2],
  ])("puts rows of one time together: %s", async (combine, x) => {
    const text = table("t,x,s", [
      `${day(0)},5,p`,
      `${day(1)},3,q`,
      `${day(1)},1,r`,
      `${day(1)},2,`,
      `${day(2)},0,u`,
      `${day(2)},0,u`,
      `${day(3)},7,w`,
      `${day(4)},8,w`,
    ]);
    const { rows, series, warnings } = await openedSeries(text, { time: "t", combine });
    expect(rows.map((row) => [row["x"], row["s"]])).toEqual([
      [5, "p"],
      [x, "q"],
      [0, "u"],
      [7, "w"],
      [8, "w"],
    ]);
    expect(series.report.duplicates).toBe(3);
    expect(warnings.slice(1)).toEqual([
      `FILE: 3 rows have the time of another row, 1 equal to it in every value; such rows are put together by ` +
        `“Rows in a step” (source.combine), "${combine}"`,
    ]);
  });

  it("sorts rows that are not in order, and says so", async () => {
    const text = table("t,x", [`${day(0)},0`, `${day(3)},3`, `${day(1)},1`, `${day(2)},2`]);
    const { rows, warnings } = await openedSeries(text, { time: "t" });
    expect(rows.map(({ x }) => x)).toEqual([0, 1, 2, 3]);
    expect(warnings.slice(1)).toEqual(["FILE is not in order of time: 1 row stands behind a later one; they are sorted"]);
  });

  it("takes rows without times as they come, of each id", async () => {
    const { rows, series } = await openedSeries(table("id,x", ["b,0", "a,1", "b,2", "a,3"]), { id: "id" });
    expect(rows.map(({ id, x, at }) => [id, x, at])).toEqual([
      ["a", 1, "0"],
      ["a", 3, "1"],
      ["b", 0, "0"],
      ["b", 2, "1"],
    ]);
    expect(series.step).toEqual({ unit: "row", count: 1, label: "1 row" });
  });

  it("becomes days of hours, by their sum", async () => {
    const text = table(
      "t,x",
      range(72, (i) => `${utc(i)},${i}`),
    );
    const { rows, warnings } = await openedSeries(text, { time: "t", step: "1d", combine: "sum" });
    expect(rows.map(({ at, x }) => [at, x])).toEqual([0, 1, 2].map((d) => [day(d), 24 * (24 * d) + 276]));
    expect(warnings).toEqual([`FILE: 72 rows of different times become 3, one for each step of 1 day, by “Rows in a step” (source.combine), "sum"`]);
  });

  it("tells steps that hold fewer times than the others, as unfinished ones at the end do", async () => {
    const hours = (from: number, to: number) => range(to - from, (i) => `${utc(from + i)},1`);
    const told = async (rows: readonly string[]) => (await openedSeries(table("t,x", rows), { time: "t", step: "1d", combine: "sum" })).warnings.slice(1);
    expect(await told(hours(0, 24 * 9 + 5))).toEqual([
      "FILE: 1 of 10 steps of 1 day holds fewer times than the others, which have 24 or more, at the ends of their series; it is that of 2024-01-10, with 5. " +
        'Their "sum" is of what is there; leave rows of unfinished steps out',
    ]);
    expect((await told([...hours(20, 50), ...hours(60, 24 * 12)]))[0]).toContain(
      "2 of 12 steps of 1 day hold fewer times than the others, which have 24 or more, 1 of them at the ends of their series; the latest is that of " +
        "2024-01-01, with 4.",
    );
    // Of rows that come as they please only the ends are told.
    const often = (from: number, d: number) => (d % 2 === 0 ? hours(from, from + 24) : hours(from, from + 12));
    expect(await told(range(20, (d) => often(24 * d, d)).flat())).toEqual([]);
    expect((await told([...range(20, (d) => often(24 * d, d)).flat(), ...hours(480, 483)]))[0]).toContain("; it is that of 2024-01-21, with 3.");
  });

  it("is read like another, whatever its own times say, with rows behind its end", async () => {
    const main = await openedSeries(table("t,x", [`13/01/2024,1`, `14/01/2024,`, `15/01/2024,2`]), { time: "t", gaps: "mark", calendar: ["weekday"] });
    const test = await openedSeries(
      table("t,x", ["01/02/2024,1"]),
      { time: "t", gaps: "mark", calendar: ["weekday"] },
      { name: "test_series", like: main.series, extend: 2 },
    );
    expect(test.rows.map((row) => [row["at"], row["x"], row["x.missing"], Number(row["weekday.sin"]).toFixed(3)])).toEqual([
      ["2024-02-01", 1, 0, "0.434"],
      ["2024-02-02", null, 1, "-0.434"],
      ["2024-02-03", null, 1, "-0.975"],
    ]);
  });

  it("tells how dates are read that the other table wrote in no such way", async () => {
    const main = await openedSeries(
      table(
        "t,x",
        range(3, (i) => `${day(i)},${i}`),
      ),
      { time: "t" },
    );
    const more = await openedSeries(table("t,x", ["01/02/2024,1", "02/02/2024,2"]), { time: "t" }, { name: "more", like: main.series });
    expect(more.warnings[0]).toBe('column "t" of FILE: "01/02/2024" is read with the month first, since no date tells; write dates as 2024-12-31 otherwise');
  });

  it("is refused where one of two tables has times and the other only counts", async () => {
    const times = table(
      "t,x",
      range(3, (i) => `${day(i)},${i}`),
    );
    const counts = table(
      "t,x",
      range(3, (i) => `${i},${i}`),
    );
    const refusal = async (text: string, of: string) => {
      const { series } = await openedSeries(of, { time: "t" });
      const thrown: unknown = await openedSeries(text, { time: "t" }, { name: "more", like: series }).catch((error: unknown) => error);
      return (thrown as Error).message.replaceAll(/\S*\/s\.csv/g, "FILE");
    };
    const end = "as the series has that it goes on from";
    expect(await refusal(counts, times)).toBe(`column "t" of FILE only counts, expected times, a step of 1 day apart, ${end}`);
    expect(await refusal(times, counts)).toBe(`column "t" of FILE holds times, expected numbers that only count, ${end}`);
  });
});
