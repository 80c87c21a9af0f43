import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../src-main/base/entries.js";
import { last, lathe } from "../support/lathe.js";
import { temporaryFolder } from "../support/temporary-folder.js";

// The samples of series, by the commands that a user types.

const sample = (name: string) => join(packageRoot, "resources", "samples", name, `${name}.csv`);

/** @returns the event that ends the command. */
async function succeed(event: string, ...args: readonly string[]) {
  const result = await lathe(...args, "--json");
  expect(result.code, result.stderr).toBe(0);
  return last(result.events, event);
}

describe("new and train", () => {
  it("make a forecast of the days of ridership", async () => {
    const home = join(temporaryFolder(), "rides");
    const created = await succeed("created", "new", home, "--template", "series", "--data", sample("ridership"), "--cell", "linear");
    expect(created).toMatchObject({
      event: "created",
      targets: [{ name: "ridership", type: "numeric" }],
      series: { time: "date", step: "1d", season: 7, rows: 5698, series: 1, window: 28, horizon: 14, calendar: ["weekday", "yearday"] },
    });
    const done = await succeed("done", "train", home, "--epochs", "1");
    expect(done).toMatchObject({ event: "done", test: { "ridership.mse": expect.any(Number) as number } });
  });

  it("make a forecast of the hours of meters, through both changes of clocks", async () => {
    const home = join(temporaryFolder(), "load");
    const created = await succeed(
      ...[
        "created",
        "new",
        home,
        "--data",
        sample("meters"),
        "--time",
        "time",
        "--target",
        "load",
        "--zone",
        "Europe/Berlin",
        "--known",
        "closed",
        "--window",
        "48",
      ],
    );
    expect(created).toMatchObject({ series: { id: "meter", step: "1h", series: 2, known: ["closed"], window: 48, horizon: 24, rows: 2 * 227 * 24 } });
    const notes = JSON.stringify(created["notes"]);
    expect(notes).toContain("occurs twice as clocks go back");
    expect(notes).toContain("4 gaps of 46 steps of 1 hour in all");
    expect(notes).toContain("6 rows have the time of another row of the same id, equal to it in every value");
    const done = await succeed("done", "train", home, "--epochs", "1");
    expect(done).toMatchObject({ event: "done", test: { "load.mse": expect.any(Number) as number } });
  });
});

it("says in one line what does not fit, and leaves nothing behind", async () => {
  const home = join(temporaryFolder(), "rides");
  const result = await lathe("new", home, "--template", "series", "--data", sample("ridership"), "--target", "ridership", "--window", "9000");
  expect(result.code).toBe(1);
  expect(result.stderr).toContain("a window of 9,000 rows does not fit");
  expect(result.stderr).toContain("a window of at most 1,138 rows fits");
});

it("knows the networks by name, and which go together", async () => {
  const home = join(temporaryFolder(), "rides");
  const result = await lathe("new", home, "--template", "tcn", "--cell", "gru", "--data", sample("ridership"));
  expect(result.code).toBe(2);
  expect(result.stderr).toContain("--cell gru is a network of its own, got --template tcn too");
});

it("the file of meters is what its program makes", async () => {
  const before = readFileSync(sample("meters"));
  const { text } = (await import(`${packageRoot}/resources/samples/meters/generate.mjs`)) as { text: () => string };
  expect(text()).toBe(before.toString());
  expect(before.length).toBeLessThan(400_000);
});
