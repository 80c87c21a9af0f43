import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { toLatheError } from "../../../../src-main/base/errors.js";
import type { ProjectInput } from "../../../../src-main/contract/project.js";
import { parseProject } from "../../../../src-main/contract/project.js";
import type { SeriesWish } from "../../../../src-main/contract/series-views.js";
import { type CreateOptions, createProject } from "../../../../src-main/services/projects/create-project.js";
import { proposeProject } from "../../../../src-main/services/projects/propose-project.js";
import { defaultLengths, fitLengths } from "../../../../src-main/services/projects/series-lengths.js";
import { surveyHere } from "../../../support/survey.js";
import { writeTable } from "../../../support/tables.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const DAY = 86_400_000;
const day = (n: number) => new Date(Date.UTC(2020, 0, 1) + n * DAY).toISOString().slice(0, 10);
const hour = (n: number) => new Date(Date.UTC(2020, 0, 1) + (n * DAY) / 24).toISOString().slice(0, 16).replace("T", " ");
const month = (n: number) => new Date(Date.UTC(2000, n, 1)).toISOString().slice(0, 10);
/** Something that varies, and that no other column says. */
const wave = (n: number, k = 1) => (10 + 3 * Math.sin(n / 3 + k) + ((n * 7919 * k) % 101) / 50).toFixed(3);
const csv = (head: string, rows: number, row: (n: number) => readonly (string | number)[]) =>
  `${head}\n${Array.from({ length: rows }, (_, n) => row(n).join(",")).join("\n")}\n`;

async function made(content: string, series: SeriesWish | undefined = {}, more: Partial<CreateOptions> = {}) {
  const folder = temporaryFolder();
  const data = writeTable(folder, "t.csv", content);
  const home = join(folder, "p");
  const created = await createProject({ folder: home, data, template: "series", series, ...more, ...surveyHere });
  const project = JSON.parse(readFileSync(created.file, "utf8")) as ProjectInput;
  parseProject(project);
  const notes = created.notes.map((note) => note.replaceAll(data, "t.csv")).join("\n");
  return { created, project, notes, plan: created.series! };
}
const refused = (content: string, series?: SeriesWish, more?: Partial<CreateOptions>) =>
  made(content, series, more).then(
    () => "nothing was refused",
    (error: unknown) => toLatheError(error).message,
  );
const daily = csv("date,sales,promo,note", 600, (n) => [day(n), wave(n), n % 7 === 3 ? 1 : 0, `note ${n}`]);

test("a daily table becomes a window of four weeks and a horizon of two, with weekdays and days of the year known ahead", async () => {
  const { project, plan, notes } = await made(csv("date,sales,temp", 900, (n) => [day(n), wave(n), wave(n, 2)]));
  expect(project.data.source).toMatchObject({ type: "series", time: "date", calendar: ["weekday", "yearday"] });
  expect(project.data.inputs).toMatchObject([
    { name: "past", type: "window", columns: ["sales", "temp", "weekday.sin", "weekday.cos", "yearday.sin", "yearday.cos"], length: 28 },
    { name: "known", type: "window", columns: ["weekday.sin", "weekday.cos", "yearday.sin", "yearday.cos"], length: 0, ahead: 14 },
  ]);
  expect(project.data.targets).toMatchObject([{ name: "sales", type: "numeric", column: "sales", normalize: "standard", horizon: 14 }]);
  expect(project.data.split).toMatchObject({ by: "time", validation: 0.15, test: 0.15 });
  expect(project.training).toMatchObject({ clipGradNorm: 1 });
  expect(plan).toMatchObject({ step: "1d", window: 28, horizon: 14, rows: 900, series: 1 });
  expect(notes).toContain("a window is of 28 rows: four weeks");
  expect(notes).toContain('the times are column "date"');
  expect(notes).toContain('what is forecast is column "sales"');
});

test("hours have a window of a week and a day ahead, of a calendar of hours and weekdays; months one of two years", async () => {
  const hours = await made(
    csv("time,load", 2000, (n) => [hour(n), wave(n)]),
    { zone: "Europe/Berlin" },
  );
  expect(hours.plan).toMatchObject({ step: "1h", window: 168, horizon: 24, calendar: ["hour", "weekday"], zone: "Europe/Berlin" });
  const months = await made(csv("month,load", 480, (n) => [month(n), wave(n)]));
  expect(months.plan).toMatchObject({ step: "1mo", window: 24, horizon: 12, calendar: ["month"] });
});

test("what making it regular found is counted, with the longest gaps, and told once", async () => {
  const rows = (n: number) => [day(n < 300 ? n : n + 4), wave(n)];
  const { plan, created } = await made(csv("date,sales", 600, rows), { gaps: "split" });
  expect(plan).toMatchObject({ gaps: "split", combine: "mean", found: { read: 600, rows: 600, gapCount: 1, gapRows: 4, longestGap: 4 } });
  expect(plan.found.longestGaps).toEqual([{ id: "", from: "2020-10-27", to: "2020-10-30", rows: 4 }]);
  expect(created.notes).toEqual(expect.arrayContaining([...(created.told ?? [])]));
  expect(created.told?.join()).toContain("1 gap of 4 steps");
});

test("a coarser step puts rows together, and says how many", async () => {
  const { plan } = await made(
    csv("date,sales", 700, (n) => [day(n), wave(n)]),
    { step: "1w", combine: "sum", calendar: [] },
  );
  expect(plan).toMatchObject({ stepLabel: "1 week", combine: "sum", rows: 101, found: { read: 700, gapCount: 0 } });
});

test("what is known in advance is read ahead, and beside the past", async () => {
  const { project } = await made(daily, { known: ["promo"], calendar: [] }, { targets: ["sales"] });
  expect(project.data.source).toMatchObject({ known: ["promo"] });
  expect(project.data.inputs).toMatchObject([{ columns: ["sales", "promo"] }, { columns: ["promo"], ahead: 14 }]);
});

test("columns that say nothing are excluded, each with why", async () => {
  const { project, notes } = await made(
    csv("date,sales,one,celsius,fahrenheit,row,late,words", 600, (n) => [
      day(n),
      wave(n),
      7,
      wave(n, 2),
      (Number(wave(n, 2)) * 1.8 + 32).toFixed(3),
      n,
      n < 300 ? "" : wave(n, 3),
      ["a", "b", "c"][n % 3]!,
    ]),
    { calendar: [] },
  );
  expect(project.data.inputs).toMatchObject([{ columns: ["sales", "celsius"] }]);
  expect(notes).toContain('column "one" is excluded: it has one value only');
  expect(notes).toContain('column "fahrenheit" is excluded: it rises and falls with "celsius" alone');
  expect(notes).toContain('column "row" is excluded: it counts the rows');
  expect(notes).toContain('column "late" is excluded: 300 of its 600 values are missing');
  expect(notes).toContain('column "words" is excluded: it holds texts');
});

test("of very many columns the ones that say the most of the next step are read", async () => {
  const names = Array.from({ length: 40 }, (_, k) => `x${k}`);
  const random = (n: number, k: number) => Math.sin(n * 12.9898 + k * 78.233) * 43_758.5453;
  const noise = (n: number, k: number) => random(n, k) - Math.floor(random(n, k));
  const { project, notes } = await made(
    csv(`date,y,${names.join(",")}`, 500, (n) => [
      day(n),
      wave(n),
      ...names.map((_, k) => (k === 39 ? `${Number(wave(n + 1)) + noise(n, 99)}` : `${noise(n, k)}`)),
    ]),
    { calendar: [] },
  );
  const [past] = project.data.inputs as readonly { readonly columns: readonly string[] }[];
  expect(past!.columns).toHaveLength(25);
  expect(past!.columns).toContain("x39");
  expect(notes).toContain("24 of 40 other columns say more of the next step");
});

test("what tells series apart is found where a time stands more than once, and not asked for where it does not", async () => {
  const content = csv("when,shop,sold", 1200, (n) => [day(Math.floor(n / 2)), n % 2 === 0 ? "north" : "south", wave(n)]);
  const { plan, project, notes } = await made(content);
  expect(plan).toMatchObject({ id: "shop", series: 2, rows: 1200 });
  expect(project.data.source).toMatchObject({ id: "shop", time: "when" });
  expect(notes).toContain('each value of column "shop" is a series of its own');
  expect((await made(daily)).plan.id).toBeUndefined();
  expect((await made(content, { id: "" })).plan).toMatchObject({ series: 1, rows: 600 });
});

test("a column that is called as the calendar's keeps its name, and the calendar goes without; one that was asked for is refused", async () => {
  const content = csv("date,sales,weekday.sin", 600, (n) => [day(n), wave(n), n % 5]);
  const { plan, notes } = await made(content);
  expect(plan.calendar).toEqual(["yearday"]);
  expect(notes).toContain('the calendar is without "weekday", since t.csv has columns called weekday.sin or weekday.cos');
  expect(await refused(content, { calendar: ["weekday"] })).toMatch(
    /has a column called weekday.sin or weekday.cos, as the calendar calls what it adds for "weekday"; rename the column, or leave "weekday" out of the calendar/,
  );
});

test("rows without times are in plain order, which is said; the calendar needs times", async () => {
  const content = csv("a,b", 500, (n) => [wave(n), wave(n, 2)]);
  const { plan, notes, project } = await made(content, {}, { targets: ["a"] });
  expect(project.data.source).not.toHaveProperty("time");
  expect(plan).toMatchObject({ window: 32, horizon: 8, calendar: [] });
  expect(notes).toContain("no column of t.csv looks like times: its rows are taken in plain order, one step apart");
  expect(await refused(content, { calendar: ["hour"] })).toContain("the calendar needs times");
  expect((await made(daily, { ordered: true })).plan.time).toBeUndefined();
});

test("a class is that of the window, which does not read it", async () => {
  const content = csv("date,x,state", 600, (n) => [day(n), wave(n), n % 9 < 4 ? "up" : n % 9 < 6 ? "flat" : "down"]);
  const { project, plan } = await made(content, {}, { targets: ["state"] });
  expect(project.data.targets).toEqual([{ name: "state", type: "category", column: "state" }]);
  expect(project.data.inputs).toMatchObject([{ name: "past" }]);
  expect(JSON.stringify(project.data.inputs)).not.toContain("state");
  expect(plan.horizon).toBeUndefined();
});

test("few whole numbers are classes, or forecast where a horizon is asked for", async () => {
  const content = csv("date,x,state", 600, (n) => [day(n), wave(n), n % 3]);
  const told = await made(content, {}, { targets: ["state"] });
  expect(told.project.data.targets).toMatchObject([{ type: "category" }]);
  expect(told.notes).toContain("set a horizon to forecast it as a number");
  expect((await made(content, { horizon: 3 }, { targets: ["state"] })).project.data.targets).toMatchObject([{ type: "numeric", horizon: 3 }]);
});

describe("what cannot be is told with what could", () => {
  it.each<readonly [string, string, SeriesWish, Partial<CreateOptions>, string]>([
    ["a window longer than the series", daily, { window: 5000 }, {}, "a window of 5,000 rows does not fit: "],
    ["a window and a horizon longer than a part", daily, { window: 80, horizon: 60 }, {}, "a horizon of at most 40 rows fits"],
    ["a horizon beyond the data", daily, { horizon: 900 }, {}, "a horizon of at most 119 rows fits"],
    ["a single row", "date,y\n2020-01-01,1\n", { time: "date" }, { targets: ["y"] }, "has one row only"],
    ["few rows", csv("date,y", 4, (n) => [day(n), wave(n)]), {}, {}, "too few for a series"],
    ["text in the column to forecast", csv("date,y", 300, (n) => [day(n), n === 41 ? "broken" : wave(n)]), {}, { targets: ["y"] }, '"broken" in row 42 is not'],
    ["the times as target", daily, {}, { targets: ["date"] }, 'column "date" of'],
    ["a constant target", csv("date,y,x", 300, (n) => [day(n), 5, wave(n)]), {}, { targets: ["y"] }, "one value only"],
    ["a column that is not there", daily, { time: "datum" }, {}, 'has no column "datum"'],
    ["texts known in advance", daily, { known: ["note"] }, {}, "holds texts, expected numbers"],
    ["a step that is none", daily, { step: "hourly" }, {}, "expected a number and a unit"],
    ["a zone that is none", daily, { zone: "Berlin" }, {}, "expected a time zone by its IANA name"],
    ["no column to read", csv("date,state", 300, (n) => [day(n), n % 5 < 2 ? "a" : "b"]), { calendar: [] }, { targets: ["state"] }, "no column of numbers"],
    ["a template for rows", daily, { time: "date" }, { template: "tabular" }, "the template tabular reads no series"],
  ])("%s", async (_, content, wish, more, message) => {
    expect(await refused(content, wish, more)).toContain(message);
  });

  it("leaves nothing behind", async () => {
    const folder = temporaryFolder();
    const data = writeTable(folder, "t.csv", daily);
    await expect(createProject({ folder: join(folder, "p"), data, template: "series", series: { window: 5000 }, ...surveyHere })).rejects.toThrow();
    expect(existsSync(join(folder, "p"))).toBe(false);
  });
});

test("a window that was asked for leaves the horizon what room there is", async () => {
  // Of 600 days a fifth is 120.
  expect((await made(daily, { window: 119 })).plan).toMatchObject({ window: 119, horizon: 1 });
  expect((await made(daily, { window: 110 })).plan).toMatchObject({ window: 110, horizon: 10 });
});

test("lengths: what step and season say, shortened where the parts are short", () => {
  const usual = (step: string | undefined, season?: number) => {
    const { window, horizon } = defaultLengths({ label: "step", ...(step === undefined ? {} : { step }), ...(season === undefined ? {} : { season }) });
    return [window, horizon];
  };
  expect([
    usual("1d", 7),
    usual("1h", 24),
    usual("1mo", 12),
    usual("1q", 4),
    usual("1w", 52),
    usual("15min", 96),
    usual("1min", 1440),
    usual(undefined),
  ]).toEqual([
    [28, 14],
    [168, 24],
    [24, 12],
    [16, 4],
    [156, 52],
    [96, 96],
    [168, 8],
    [32, 8],
  ]);
  const part = (longest: number) => ({ rows: longest, longest, first: "", last: "" });
  const fit = (rows: number) =>
    fitLengths(
      {
        path: "t.csv",
        rows,
        ids: 1,
        splits: [0.15, 0.2].map((share) => ({
          share,
          parts: { train: part(Math.round(rows * (1 - 2 * share))), validation: part(Math.round(rows * share)), test: part(Math.round(rows * share)) },
        })),
      },
      defaultLengths({ step: "1mo", season: 12, label: "1 month" }),
      { forecasts: true },
    );
  expect(fit(480)).toMatchObject({ window: 24, horizon: 12, share: 0.15 });
  // Twelve years of months: larger parts, and a shorter window in them.
  expect(fit(144)).toMatchObject({ window: 9, horizon: 12, share: 0.2 });
  for (const rows of [12, 20, 40, 80, 144, 300]) {
    const { window, horizon, share } = fit(rows);
    expect(window + horizon, `${rows} rows`).toBeLessThanOrEqual(Math.round(rows * share));
  }
});

test("a table with times is proposed as rows, with the column of times beside; as a series where that is asked for", async () => {
  const folder = temporaryFolder();
  const data = writeTable(folder, "shop_sales.csv", daily);
  const rows = await proposeProject(data, folder, surveyHere);
  expect(rows).toMatchObject({ kind: "table", template: "tabular", timed: { time: "date" } });
  expect(rows.templates.filter(({ unsuited }) => unsuited === undefined).map(({ type }) => type)).toEqual(["tabular"]);
  const series = await proposeProject(data, folder, { ...surveyHere, series: { known: ["promo"] } });
  expect(series).toMatchObject({ kind: "series", template: "series", name: "shop sales", series: { time: "date", window: 28, horizon: 14 } });
  expect(series.columns.map(({ name, role }) => [name, role])).toEqual([
    ["sales", "target"],
    ["promo", "known"],
    ["note", "ignore"],
  ]);
  expect(series.columns[2]?.unused).toContain("it holds texts");
  expect(series.templates.filter(({ unsuited }) => unsuited === undefined).map(({ type }) => type)).toEqual([
    "series",
    "two-input",
    "lstm",
    "rnn",
    "tcn",
    "attention",
    "linear",
  ]);
});
