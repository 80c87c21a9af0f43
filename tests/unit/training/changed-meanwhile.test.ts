import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { toLatheError } from "../../../src-main/base/errors.js";
import type { RunEvent } from "../../../src-main/contract/events.js";
import { TrainingControl } from "../../../src-main/training/process/control.js";
import { train } from "../../../src-main/training/train.js";
import { writeCreditProject } from "../../support/lathe.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const training = { epochs: 3, batchSize: 256, checkpointSeconds: 0, optimizer: { type: "Adam", lr: 0.005 } } as const;

/** Trains, and does something to the project once: at its second epoch, or where else is told. */
async function trainAnd(
  act: (project: string) => void,
  { at = (event: RunEvent) => event.event === "epoch" && event.epoch === 2, project = writeCreditProject(temporaryFolder(), training), resume = false } = {},
) {
  let done = false;
  const warnings: string[] = [];
  const result = await train(
    { project, ...(resume ? { resume } : {}) },
    {
      control: new TrainingControl(),
      clock: () => performance.now(),
      now: () => new Date(),
      emit(event) {
        if (event.event === "log" && event.message.includes("could not be let go of")) warnings.push(event.message);
        if (done || !at(event)) return;
        done = true;
        act(project);
      },
    },
  ).catch((thrown: unknown) => toLatheError(thrown));
  return { project, result, warnings };
}

describe("a run whose folder goes while it trains stops, says so, and makes nothing anew", () => {
  const run = (project: string) => join(project, "runs", "0001");

  it.each<readonly [string, (project: string) => void, readonly string[]]>([
    ["deleted", (project) => rmSync(run(project), { recursive: true }), []],
    ["deleted with all runs", (project) => rmSync(join(project, "runs"), { recursive: true }), []],
    ["deleted with the project", (project) => rmSync(project, { recursive: true }), []],
    ["moved", (project) => renameSync(run(project), join(project, "runs", "kept")), ["kept"]],
    ["emptied", (project) => readdirSync(run(project)).forEach((name) => rmSync(join(run(project), name), { recursive: true })), ["0001"]],
  ])("%s", async (_, act, left) => {
    const { project, result, warnings } = await trainAnd(act);
    expect(result).toMatchObject({
      code: "run.missing",
      message:
        `the folder of run 0001 was deleted or moved while it was trained (${run(project)}), so training has stopped; start a new run, or put ` +
        `the folder back and resume it with train --resume 0001`,
    });
    expect(existsSync(join(project, "runs")) ? readdirSync(join(project, "runs")) : []).toEqual(left);
    expect(existsSync(run(project)) ? readdirSync(run(project)) : []).toEqual([]);
    expect(warnings).toEqual([]);
  });

  it("deleted, and made anew by another process, whose files stay as they are", async () => {
    const { project, result } = await trainAnd((folder) => {
      rmSync(run(folder), { recursive: true });
      mkdirSync(run(folder));
      writeFileSync(join(run(folder), "config.json"), "{}");
      // The parent of this process lives as long.
      writeFileSync(join(run(folder), "lock"), JSON.stringify({ pid: process.ppid, host: "elsewhere" }));
    });
    expect(result).toMatchObject({
      code: "run.missing",
      message: expect.stringMatching(/another run has its place: that of process \d+ on elsewhere/) as string,
    });
    expect(readdirSync(run(project)).sort()).toEqual(["config.json", "lock"]);
  });

  it("deleted while it is judged", async () => {
    const { project, result } = await trainAnd((folder) => rmSync(run(folder), { recursive: true }), {
      at: (event) => event.event === "stage" && event.stage.startsWith("judging"),
    });
    expect(result).toMatchObject({ code: "run.missing" });
    expect(readdirSync(join(project, "runs"))).toEqual([]);
  });
});

describe("a table that changes while a run trains costs no training", () => {
  const table = (project: string) => join(project, "credit.csv");

  it.each<readonly [string, (project: string) => void, RegExp]>([
    [
      "other rows",
      (project) => {
        const [head = "", ...rows] = readFileSync(table(project), "utf8").trimEnd().split("\n");
        writeFileSync(table(project), `${[head, ...rows.reverse()].join("\n")}\n`);
      },
      /credit\.csv is not what it was when the run began/,
    ],
    [
      "fewer rows",
      (project) => writeFileSync(table(project), `${readFileSync(table(project), "utf8").split("\n").slice(0, 2000).join("\n")}\n`),
      /credit\.csv is not what it was/,
    ],
    ["no table", (project) => rmSync(table(project)), /there is no file .*credit\.csv/],
    ["a table that cannot be read", (project) => writeFileSync(table(project), 'a,b\n"1,2\n'), /credit\.csv is not what it was/],
  ])("%s: it says what to do, and that gives the model", async (_, act, why) => {
    const project = writeCreditProject(temporaryFolder(), training);
    const before = readFileSync(table(project));
    const { result } = await trainAnd(act, { project });
    expect(result).toMatchObject({ code: "data.changed", message: expect.stringMatching(why) as string });
    expect(result).toMatchObject({
      message: expect.stringMatching(
        /^the data changed while run 0001 was trained, .*What was learnt is kept: put the old data back and resume the run with train --resume 0001; or start a new run/,
      ) as string,
    });
    expect(existsSync(join(project, "runs", "0001", "refused.onnx"))).toBe(false);
    writeFileSync(table(project), before);
    const again = await trainAnd(() => undefined, { project, resume: true });
    expect(again.result).toMatchObject({ event: "done", ended: "completed" });
    expect(existsSync(join(project, "runs", "0001", "model.onnx"))).toBe(true);
  });

  it("and one that goes while it is prepared is said so in words of ours", async () => {
    const { project, result } = await trainAnd((folder) => rmSync(table(folder)), { at: (event) => event.event === "stage" && event.stage === "read" });
    expect(result).toMatchObject({ code: "data.missing", message: `${table(project)} was deleted or moved while it was read; put it back, and try again` });
    expect(existsSync(join(project, "runs"))).toBe(false);
  });
});
