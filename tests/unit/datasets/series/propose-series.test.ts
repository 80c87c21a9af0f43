import { expect, it } from "vitest";
import { proposeSeries } from "../../../../src-main/datasets/index.js";
import { surveyTable } from "../../../../src-main/datasets/survey.js";
import { writeTable } from "../../../support/tables.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const range = <T>(n: number, of: (i: number) => T) => Array.from({ length: n }, (_, i) => of(i));
const day = (i: number) => new Date(Date.UTC(2024, 0, 1 + i)).toISOString().slice(0, 10);
const slashed = (i: number) => day(i).replace(/(\d+)-(\d+)-(\d+)/, "$2/$3/$1");
const wild = (i: number) => (i * 7919) % 1009;

const tables: Readonly<Record<string, readonly [header: string, rows: readonly string[], proposed: object | undefined]>> = {
  "days in order": ["date,rides,rain", range(60, (i) => `${day(i)},${wild(i)},${i % 2}`), { time: "date" }],
  "days with slashes": ["day,rides", range(60, (i) => `${slashed(i)},${wild(i)}`), { time: "day" }],
  "days, the latest first": ["date,rides", range(60, (i) => `${day(60 - i)},${wild(i)}`), { time: "date" }],
  "seconds since 1970": ["timestamp,v", range(60, (i) => `${1735603200 + 60 * i},${wild(i)}`), { time: "timestamp" }],
  "meters one behind the other": ["meter,t,load", range(120, (i) => `m${Math.floor(i / 40)},${day(i % 40)},${wild(i)}`), { time: "t", id: "meter" }],
  "meters beside each other": ["t,load,store_id,open", range(120, (i) => `${day(Math.floor(i / 3))},${wild(i)},${i % 3},1`), { time: "t", id: "store_id" }],
  "many days, and a yes or no": ["date,rides,game", range(5700, (i) => `${day(i)},${wild(i)},${i % 3 === 0 ? 1 : 0}`), { time: "date" }],
  "days of birth": ["born,height", range(60, (i) => `${day((i * i * 37) % 1009)},${i}`), undefined],
  "no times": ["a,b", range(60, (i) => `${i},${wild(i)}`), undefined],
};

it.each(Object.entries(tables))("a series is proposed where a table looks like one: %s", async (_, [header, rows, proposed]) => {
  const folder = temporaryFolder();
  writeTable(folder, "t.csv", `${header}\n${rows.join("\n")}\n`);
  expect(proposeSeries(await surveyTable({ folder, path: "t.csv", workFolder: folder }))).toEqual(proposed);
});
