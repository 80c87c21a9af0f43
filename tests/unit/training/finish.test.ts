import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { RunEvent } from "../../../src-main/contract/events.js";
import type { ProjectInput } from "../../../src-main/contract/project.js";
import { type RunReport, runReport } from "../../../src-main/contract/report.js";
import { TrainingControl } from "../../../src-main/training/process/control.js";
import { train } from "../../../src-main/training/train.js";
import { writeCreditProject } from "../../support/lathe.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

test("a stop while a run is judged is acknowledged once, and the run ends as it would have", async () => {
  const project = writeCreditProject(temporaryFolder(), { epochs: 1, batchSize: 256, optimizer: { type: "Adam", lr: 0.005 } });
  const control = new TrainingControl();
  const events: RunEvent[] = [];
  const done = await train(
    { project },
    {
      control,
      clock: () => performance.now(),
      now: () => new Date(),
      emit(event) {
        events.push(event);
        if (event.event === "stage" && event.stage.startsWith("judging on the validation")) control.stop();
      },
    },
  );
  expect(events.filter(({ event }) => event === "state")).toEqual([{ event: "state", state: "stopping" }]);
  expect(done.ended).toBe("completed");
  expect(existsSync(done.model ?? "")).toBe(true);
});

test("reports tell which runs were judged on the same rows: with another network they were, with another split or other labels not", async () => {
  const folder = temporaryFolder();
  const judged = async (change: (project: ProjectInput) => void, rewrite: (table: string) => string = (table) => table) => {
    const project = writeCreditProject(folder, { epochs: 1, batchSize: 256 });
    const file = join(project, "project.json");
    const made = JSON.parse(readFileSync(file, "utf8")) as ProjectInput;
    const path = join(project, "credit.csv");
    writeFileSync(path, rewrite(readFileSync(path, "utf8")));
    change(made);
    writeFileSync(file, JSON.stringify(made));
    const done = await train({ project }, { control: new TrainingControl(), clock: () => performance.now(), now: () => new Date(), emit: () => undefined });
    const report: RunReport = runReport.parse(JSON.parse(readFileSync(done.report ?? "", "utf8")));
    return [report.validation?.judgedOn, report.test?.judgedOn];
  };
  const first = await judged(() => undefined);
  expect(new Set(first).size).toBe(2);
  const others = (project: ProjectInput) => {
    project.training.batchSize = 64;
    project.data.inputs = [{ name: "some", type: "numeric", columns: ["Age", "Income"], normalize: "minmax" }];
  };
  expect(await judged(others)).toEqual(first);
  for (const other of [
    await judged((project) => (project.seed = 8)),
    await judged(
      () => undefined,
      (table) => table.replace(/,1\n/g, (end: string, at: number) => (at % 2 === 0 ? ",0\n" : end)),
    ),
  ]) {
    expect(other[0]).not.toBe(first[0]);
    expect(other[1]).not.toBe(first[1]);
  }
});
