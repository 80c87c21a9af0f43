import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type SeriesSourceSpec, seriesSource } from "../../../../src-main/contract/data.js";
import { overviewSeries, rowsOfSeries, sampleOfSeries, viewSeries } from "../../../../src-main/datasets/series/view-series.js";
import { type StagedTable, stageTable } from "../../../../src-main/datasets/staged-table.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const DAY = 86_400e6;
const first = Date.UTC(2024, 0, 1) * 1000;
const at = (day: number) => first + day * DAY;
const iso = (day: number) => new Date(at(day) / 1000).toISOString().slice(0, 10);

async function staged(lines: readonly string[], draft: Partial<SeriesSourceSpec> = {}): Promise<StagedTable> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, "s.csv"), `${lines.join("\n")}\n`);
  const source = seriesSource.parse({ type: "series", path: "s.csv", time: "date", ...draft });
  const table = await stageTable({ folder, source, workFolder: folder, progress: () => undefined });
  onTestFinished(() => table.database.close());
  return table;
}

const shops = ["shop,date,sold", ...Array.from({ length: 10 }, (_, d) => `a,${iso(d)},${d}`), ...[0, 1, 4, 5].map((d) => `b,${iso(d)},${d * 10}`)];

describe("a stretch of a series", () => {
  it("has each row while there are few, of the series that is asked for, with what was filled in", async () => {
    const table = await staged(shops, { id: "shop" });
    const rows = await rowsOfSeries(table);
    const view = await viewSeries(table, rows, { id: "b", columns: ["sold"], from: at(0), to: at(9), points: 100 });
    expect(view.lines).toEqual([{ column: "sold", x: [0, 1, 2, 3, 4, 5].map(at), y: [0, 10, 20, 30, 40, 50] }]);
    expect(view).toMatchObject({ rows: 6, exact: true, filled: [{ from: at(2), to: at(3), rows: 2 }] });
  });

  it("is broken where a gap ends the series", async () => {
    const table = await staged(shops, { id: "shop", gaps: "split" });
    const view = await viewSeries(table, await rowsOfSeries(table), { id: "b", columns: ["sold"], from: at(0), to: at(9), points: 100 });
    expect(view.lines[0]?.y).toEqual([0, 10, null, 40, 50]);
    expect(view.filled).toEqual([]);
  });

  it("keeps every peak of twenty thousand rows in a thousand points", async () => {
    const peaks = new Map([
      [123, 1000],
      [10_001, -1000],
      [19_998, 777],
    ]);
    const table = await staged(["sold", ...Array.from({ length: 20_000 }, (_, i) => String(peaks.get(i) ?? (i * 7919) % 101))], { time: undefined });
    const view = await viewSeries(table, await rowsOfSeries(table), { columns: ["sold"], from: 0, to: 20_000, points: 500 });
    const { x = [], y = [] } = view.lines[0] ?? {};
    expect(view).toMatchObject({ rows: 20_000, exact: false });
    expect(x.length).toBeLessThanOrEqual(1002);
    expect([...x].sort((a, b) => a - b)).toEqual(x);
    for (const peak of peaks.values()) expect(y).toContain(peak);
  });

  it("refuses a column without numbers and a series that is not there", async () => {
    const table = await staged(shops, { id: "shop" });
    const rows = await rowsOfSeries(table);
    await expect(viewSeries(table, rows, { columns: ["shop"], from: 0, to: 1, points: 10 })).rejects.toMatchObject({ code: "data.column" });
    await expect(viewSeries(table, rows, { id: "c", columns: ["sold"], from: 0, to: 1, points: 10 })).rejects.toMatchObject({ code: "data.value" });
  });
});

describe("what is known of a series", () => {
  it("tells when each hundredth of the rows begins, over all series", async () => {
    const table = await staged(shops, { id: "shop" });
    const { shares, numbers, step, report } = await overviewSeries(table);
    expect([numbers, step.written, report.ids]).toEqual([["sold"], "1d", 2]);
    // 16 rows: 10 of a, 6 of b with the two filled in; the last fifth, 3 rows, begins on the seventh day.
    expect([shares[0], shares[20], shares[100]]).toEqual([at(9), at(7), at(0)]);
  });
});

describe("a sample of a series", () => {
  it("reaches over the rows around the nearest one", async () => {
    const table = await staged(shops, { id: "shop" });
    const rows = await rowsOfSeries(table);
    expect(await sampleOfSeries(table, rows, { id: "a", at: at(4) + DAY / 3, past: 2, ahead: 3 })).toEqual({
      row: 5,
      at: at(4),
      before: at(3),
      after: at(5),
      first: at(2),
      last: at(7),
    });
  });

  it("says where it would reach beyond an end, or over a gap that splits", async () => {
    const table = await staged(shops, { id: "shop", gaps: "split" });
    const rows = await rowsOfSeries(table);
    const end = await sampleOfSeries(table, rows, { id: "a", at: at(9), past: 2, ahead: 1 });
    expect([end.first, end.last]).toEqual([at(7), undefined]);
    const gap = await sampleOfSeries(table, rows, { id: "b", at: at(4), past: 1, ahead: 1 });
    expect([gap.before, gap.first, gap.last]).toEqual([at(1), undefined, at(5)]);
  });
});
