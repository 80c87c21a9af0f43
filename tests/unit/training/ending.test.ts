import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { RunEvent } from "../../../src-main/contract/events.js";
import { createFolderAccess } from "../../../src-main/services/files/folder-access.js";
import { createJobRegistry } from "../../../src-main/services/jobs/job-registry.js";
import { createRuns } from "../../../src-main/services/runs/runs.js";
import { TrainingControl } from "../../../src-main/training/process/control.js";
import { RunFolder } from "../../../src-main/training/runs/run-folder.js";
import { train } from "../../../src-main/training/train.js";
import { sha256, writeCreditProject } from "../../support/lathe.js";

const setting = (emit: (event: RunEvent) => void = () => undefined, control = new TrainingControl()) => ({
  control,
  emit,
  clock: () => performance.now(),
  now: () => new Date(),
});
const runs = createRuns(
  createFolderAccess(null),
  createJobRegistry(() => Promise.reject(new Error("not asked for"))),
);

let home = "";
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "lathe-ending-"));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));
afterEach(() => vi.restoreAllMocks());

/** A copy of the project before each time a run's folder changes, without its lock: what a kill at that moment leaves. */
function watchEveryWrite(project: string): readonly string[] {
  const states: string[] = [];
  const look = () => {
    const state = join(home, `${project.split("/").at(-1)}-${states.length}`);
    cpSync(project, state, { recursive: true });
    rmSync(join(state, "runs", "0001", "lock"), { force: true });
    states.push(state);
  };
  for (const name of ["write", "setAside", "markFailed", "unlock"] as const) {
    const original = Object.getOwnPropertyDescriptor(RunFolder.prototype, name)!.value as (...args: unknown[]) => unknown;
    vi.spyOn(RunFolder.prototype, name).mockImplementation(function (this: RunFolder, ...args: unknown[]) {
      if (existsSync(join(this.path, "config.json"))) look();
      return original.apply(this, args) as never;
    });
  }
  return states;
}

const statusOf = async (project: string) => (await runs.list(project))[0]!;

describe("a run that is killed between any two writes of its ending", () => {
  it("never counts as completed without its model, and resumes to the same bytes", async () => {
    const project = writeCreditProject(join(home, "first"), { epochs: 2, batchSize: 512 });
    const states = watchEveryWrite(project);
    const done = await train({ project }, setting());
    vi.restoreAllMocks();
    const expected = sha256(done.model!);
    expect(states.length).toBeGreaterThan(5);
    const seen = new Set<string>();
    for (const state of states) {
      const { status, model } = await statusOf(state);
      seen.add(`${status} ${model}`);
      if (status === "completed") expect(model, state).toBe(true);
      const resumed = await train({ project: state, resume: true }, setting());
      expect([resumed.ended, sha256(resumed.model!)]).toEqual(["completed", expected]);
    }
    expect([...seen].sort()).toEqual(["completed true", "interrupted false", "interrupted true"]);
  });

  it("that was stopped and taken up again keeps the report and the model of its earlier ending together", { tags: ["long"] }, async () => {
    const project = writeCreditProject(join(home, "again"), { epochs: 4, batchSize: 512 });
    const control = new TrainingControl();
    const stopped = await train(
      { project },
      setting((event) => {
        if (event.event === "epoch" && event.epoch === 2) control.stop();
      }, control),
    );
    const [report, model] = [readFileSync(stopped.report!), sha256(stopped.model!)];
    const states = watchEveryWrite(project);
    const done = await train({ project, resume: true }, setting());
    const run = (folder: string, file: string) => join(folder, "runs", "0001", file);
    vi.restoreAllMocks();
    const expected = sha256(done.model!);
    expect(expected).not.toBe(model);
    // Between the two renames of what is set aside, too.
    const half = join(home, "again-half");
    cpSync(states[0] ?? project, half, { recursive: true });
    if (existsSync(run(half, "report.json"))) renameSync(run(half, "report.json"), run(half, "previous-report.json"));
    for (const state of [...states, half]) {
      const { status, model: there } = await statusOf(state);
      if (status === "completed" || status === "stopped") expect(there, state).toBe(true);
      const resumed = await train({ project: state, resume: true }, setting());
      expect(sha256(resumed.model!)).toBe(expected);
      if (status === "completed") continue;
      expect(readFileSync(run(state, "previous-report.json")).equals(report), state).toBe(true);
      expect(sha256(run(state, "previous-model.onnx")), state).toBe(model);
    }
  });

  it("after its model was refused counts as failed, not as completed", async () => {
    const project = writeCreditProject(join(home, "refused"), { epochs: 1, batchSize: 512 });
    await train({ project }, setting());
    const folder = join(project, "runs", "0001");
    const report = JSON.parse(readFileSync(join(folder, "report.json"), "utf8")) as { parity: { passed: boolean } };
    writeFileSync(join(folder, "report.json"), JSON.stringify({ ...report, parity: { ...report.parity, passed: false } }));
    renameSync(join(folder, "model.onnx"), join(folder, "refused.onnx"));
    expect(readdirSync(folder)).not.toContain("error.json");
    expect((await statusOf(project)).status).toBe("failed");
  });
});
