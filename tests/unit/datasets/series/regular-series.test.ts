import { describe, expect, it } from "vitest";
import { openedSeries } from "../../../support/series.js";

const table = (header: string, rows: readonly string[]) => `${[header, ...rows].join("\n")}\n`;
const hour = (i: number) => new Date(Date.UTC(2024, 0, 1, i)).toISOString().slice(0, 16).replace("T", " ");

describe("a regular table", () => {
  it("has a row for each step, in order of time", async () => {
    const { series, rows } = await openedSeries(
      table(
        "t,x",
        Array.from({ length: 30 }, (_, i) => `${hour(i)},${i}`),
      ),
      { time: "t" },
    );
    expect(series.step).toEqual({ unit: "second", count: 3600, label: "1 hour" });
    expect(rows.map(({ x }) => x)).toEqual(Array.from({ length: 30 }, (_, i) => i));
  });
});
