import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toLatheError } from "../../../../src-main/base/errors.js";
import { type BacktestResult, backtestReport } from "../../../../src-main/contract/backtest.js";
import type { RunEvent } from "../../../../src-main/contract/events.js";
import { backtest } from "../../../../src-main/training/backtest/backtest.js";
import { TrainingControl } from "../../../../src-main/training/process/control.js";
import { train } from "../../../../src-main/training/train.js";
import { HORIZON, METERS, writeMeters } from "../../../support/forecast-project.js";
import { sha256 } from "../../../support/lathe.js";

const FOLDS = 3;

let project = "";
let run = "";
let result: BacktestResult;
const heard: RunEvent[] = [];
const work = (folder: string, folds = FOLDS, hear: (event: RunEvent, control: TrainingControl) => void = () => undefined) => {
  const control = new TrainingControl();
  return backtest({ run: folder, folds }, { emit: (event) => hear(event, control), control, clock: () => performance.now(), now: () => new Date(0) });
};
/** Every file below a folder with what it holds. */
const filesOf = (folder: string) =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [path, sha256(path)]),
  );
let before: Record<string, string>;
beforeAll(async () => {
  project = writeMeters(mkdtempSync(join(tmpdir(), "lathe-backtest-")));
  await train({ project }, { emit: () => undefined, control: new TrainingControl(), clock: () => performance.now(), now: () => new Date(0) });
  run = join(project, "runs", "0001");
  before = filesOf(project);
  result = await work(run, FOLDS, (event) => heard.push(event));
});
afterAll(() => rmSync(project, { recursive: true, force: true }));

const figures = (folds: BacktestResult["folds"]) => folds.map(({ seconds: _seconds, ...fold }) => fold);

describe("a walk-forward test", () => {
  it("learns from all before each block, the first from half of what lies before the test", () => {
    const rows = result.folds.map(({ trained, judged }) => [trained.rows, judged.rows]);
    const all = rows.at(-1)![0]! + rows.at(-1)![1]!;
    expect(rows[0]![0]! / all).toBeCloseTo(0.5, 2);
    for (const [k, [trained]] of rows.entries()) if (k > 0) expect(trained).toBe(rows[k - 1]![0]! + rows[k - 1]![1]!);
    expect(result.folds.map(({ trained }) => trained.samples)).toEqual([...result.folds.map(({ trained }) => trained.samples)].sort((a, b) => a - b));
  });

  it("judges every forecast whose steps lie in the block, beside those that need no model", () => {
    for (const { judged, forecast } of result.folds) {
      expect(judged.samples).toBe(judged.rows - METERS.length * (HORIZON - 1));
      expect(forecast.targets["demand"]?.test).toMatchObject({ samples: judged.samples, naive: { samples: judged.samples } });
    }
    const mse = (of: { targets: BacktestResult["overall"]["targets"] }) => of.targets["demand"]?.test?.values["mse"] ?? NaN;
    const samples = result.folds.reduce((sum, { judged }) => sum + judged.samples, 0);
    expect(mse(result.overall)).toBeCloseTo(result.folds.reduce((sum, { judged, forecast }) => sum + mse(forecast) * judged.samples, 0) / samples, 6);
    expect(result.overall.targets["demand"]?.test?.verdicts.map(({ against }) => against)).toEqual(["naive", "seasonal"]);
  });

  it("says how many epochs, how long and how much memory before it trains, then how far it is", () => {
    const said = heard.flatMap((event) => (event.event === "log" ? [event.message] : []));
    expect(said[0]).toMatch(/^each fold trains for \d epochs?, after which the run's weights were kept, from the run's seed 5$/);
    expect(said[1]).toMatch(/^3 folds will take .* of training, as fast as the run was, and at least \d+ MB of memory$/);
    const stages = heard.flatMap((event) => (event.event === "stage" && event.secondsLeft !== undefined ? [event] : []));
    expect(stages.at(-1)).toMatchObject({ stage: `fold 3 of 3, epoch ${result.epochs} of ${result.epochs}`, secondsLeft: 0 });
  });

  it("keeps its report beside the run's, and touches nothing else of the project", () => {
    const { event: _event, report, ...made } = result;
    expect(backtestReport.parse(JSON.parse(readFileSync(report, "utf8")))).toEqual(made);
    const { [report]: own, ...others } = filesOf(project);
    expect(own).toBeDefined();
    expect(others).toEqual(before);
  });

  it("sees nothing that lies behind a block, not even to fill a gap that reaches over its end", async () => {
    const copy = mkdtempSync(join(tmpdir(), "lathe-backtest-copy-"));
    try {
      cpSync(project, copy, { recursive: true });
      const path = join(copy, "meters.csv");
      const end = result.folds[1]?.judged.to.slice(0, 16).replace("T", " ") ?? "";
      const lines = readFileSync(path, "utf8").split("\n");
      const ends = METERS.map((meter) => lines.findIndex((line) => line.startsWith(`${end}:00,${meter}`)));
      const withLoad = (line: string, load: string) => line.replace(/,\d+(\.\d+)?,/, `,${load},`);
      const gaps = lines.map((line, k) => (ends.some((at) => Math.abs(k - at) <= 2) ? withLoad(line, "") : line));
      expect(gaps.filter((line, k) => line !== lines[k])).toHaveLength(5 * METERS.length);
      writeFileSync(path, gaps.join("\n"));
      const first = await work(join(copy, "runs", "0001"));
      expect(first.notes).toEqual([
        expect.stringContaining("each fold trains for"),
        expect.stringContaining("the data are not what they were when run 0001 began"),
        expect.stringMatching(/^6 rows begin no sample: the last value before what comes was filled in on a line to a later one/),
      ]);
      writeFileSync(path, gaps.map((line, k) => (k > 0 && line.slice(0, 16) > end ? withLoad(line, "999.5") : line)).join("\n"));
      const second = await work(join(copy, "runs", "0001"));
      expect(figures(second.folds.slice(0, 2))).toEqual(figures(first.folds.slice(0, 2)));
      expect(figures(second.folds)[2]).not.toEqual(figures(first.folds)[2]);
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  });

  it("is cancelled in the middle of a fold, and leaves nothing behind", async () => {
    const path = result.report;
    const kept = sha256(path);
    const error = await work(run, FOLDS, (event, control) => {
      if (event.event === "stage" && event.stage.startsWith("fold 1 of 3, epoch")) control.cancel();
    }).catch(toLatheError);
    expect(error).toMatchObject({ code: "cancelled" });
    expect(sha256(path)).toBe(kept);
    expect(readdirSync(join(project, ".lathe"))).toEqual(["cache"]);
  });

  it("is refused where a block is shorter than a forecast", async () => {
    const error = await work(run, 99).catch(toLatheError);
    expect(error).toMatchObject({ code: "data.split" });
    expect((error as Error).message).toContain("ask for fewer with --folds");
  });
});
