import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { toLatheError } from "../../src-main/base/errors.js";
import type { DrawnForecast } from "../../src-main/contract/forecast-result.js";
import { createRouter } from "../../src-main/procedures/index.js";
import { createStudio } from "../../src-main/services/studio.js";
import { HORIZON, HOURS, clockAt, meterTable, writeMeters } from "../support/forecast-project.js";
import { last, lathe, startLathe } from "../support/lathe.js";

let root = "";
let project = "";
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), "lathe-forecasts-"));
  project = writeMeters(root, { epochs: 2 });
  const { code, stderr } = await lathe("train", project, "--json");
  expect(code, stderr).toBe(0);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

it("a series goes on after its end, in a file with its times, and again after a newer one", async () => {
  const out = join(root, "next.csv");
  const { code, stderr, events } = await lathe("forecast", project, "--level", "0.8,0.95", "--out", out, "--json");
  expect(code, stderr).toBe(0);
  expect(last(events, "forecast")).toMatchObject({ out, rows: 2 * HORIZON, levels: [0.8, 0.95], columns: ["load"], leftOutCount: 0 });
  const [head, first] = readFileSync(out, "utf8").split("\n");
  expect(head).toBe("time,id,load,load.lower80,load.upper80,load.lower95,load.upper95");
  expect(first).toMatch(new RegExp(`^${clockAt(HOURS.north).stamp.replace("+", "\\+")},north,[\\d.]+(,[\\d.-]+){4}$`));
  expect(stderr).toMatch(/note: the forecast of meter north begins after/);

  const newer = join(root, "newer.csv");
  writeFileSync(newer, meterTable({ north: HORIZON, south: HORIZON }));
  const words = await lathe("forecast", project, "--data", newer, "--out", out);
  expect(words.code, words.stderr).toBe(0);
  expect(words.stdout).toContain(`6 steps of 1 hour of 2 series in ${out}`);
  expect(readFileSync(out, "utf8").split("\n")[0]).toBe("time,id,load,load.lower,load.upper");

  const before = readFileSync(out, "utf8");
  const short = await lathe("forecast", project, "--data", newer, "--horizon", String(HORIZON + 1), "--out", out);
  expect(short.code).toBe(1);
  expect(short.stderr).toContain(`promo of meter north from ${clockAt(HOURS.north).stamp} to ${clockAt(HOURS.north + 2 * HORIZON - 1).stamp}`);
  expect(readFileSync(out, "utf8")).toBe(before);
  const own = await lathe("forecast", project, "--out", join(project, "meters.csv"));
  expect([own.code, own.stderr]).toEqual([2, expect.stringContaining("is the data that the run learnt from")]);
});

it("a run is tested on its past, and called off with Ctrl-C", async () => {
  const report = join(project, "runs", "0001", "backtest.json");
  let pressed = false;
  const running = startLathe(["backtest", project, "--folds", "2", "--json"], ({ event, stage }) => {
    if (pressed || event !== "stage" || !String(stage).startsWith("fold 1 of 2, epoch")) return;
    // Once: pressed again, it ends at once and says no more.
    pressed = running.child.kill("SIGINT");
  });
  const stopped = await running.result;
  expect(stopped.code).toBe(1);
  expect(stopped.stderr).toContain("the work was called off");
  expect(existsSync(report)).toBe(false);

  const { code, stdout, stderr } = await lathe("backtest", project, "--folds", "2");
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/2 folds will take .* of training/);
  expect(stdout).toMatch(/demand +trained to +judged to +samples +rmse +mae +mase +skill.naive +skill.seasonal/);
  expect(stdout.match(/^(fold \d|together)/gm)).toEqual(["fold 1", "fold 2", "together"]);
  expect(existsSync(report)).toBe(true);
});

it("the studio draws a forecast with its last rows, asks what if, and reads the backtest that was kept", async () => {
  const studio = createStudio({ allowedFolders: [root], home: join(root, "home") });
  try {
    const router = createRouter(studio, { host: "server" } as never);
    const context = { signal: new AbortController().signal } as never;
    const run = { project, run: "0001" };
    const drawn = (asked: object) =>
      new Promise<DrawnForecast>((resolve, reject) => {
        let value: DrawnForecast | undefined;
        void router.streams.forecast(
          { ...run, history: 48, series: 2, replace: false, spreadsheet: false, ...asked },
          {
            next: (event) => {
              if (event.event === "result") ({ value } = event);
            },
            end: (error?: unknown) => (value ? resolve(value) : reject(toLatheError(error))),
          },
          context,
        );
      });
    const { drawn: series, levels } = await drawn({});
    expect(series.map(({ id }) => id)).toEqual(["north", "south"]);
    expect(series[0]?.history.times).toHaveLength(48);
    expect([levels, series[0]?.forecast.values["load"]?.bounds.length]).toEqual([[0.95], 1]);
    const what = await drawn({ known: [{ column: "promo", values: [1, 1, 1, 1, 1, 1] }], ids: ["south"] });
    expect(what.drawn[0]?.forecast.known["promo"]).toEqual([1, 1, 1, 1, 1, 1]);
    await expect(drawn({ out: join(root, "next.csv") })).rejects.toMatchObject({ code: "export.exists" });
    expect(await router.procedures.forecasts.backtest(run, context)).toMatchObject({ run: "0001", folds: [{}, {}] });
  } finally {
    await studio.close(1000);
  }
});
