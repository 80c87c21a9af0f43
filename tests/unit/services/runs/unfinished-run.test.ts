import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { RunReport } from "../../../../src-main/contract/report.js";
import { runInEngine } from "../../../../src-main/services/processes/engine-link.js";
import { exportRun } from "../../../../src-main/services/models/exports.js";
import { modelFile } from "../../../../src-main/services/models/models.js";
import { storageError } from "../../../../src-main/base/storage-error.js";
import { saveCheckpoint, whatIsKept } from "../../../../src-main/training/runs/checkpoint.js";
import { RunFolder } from "../../../../src-main/training/runs/run-folder.js";
import { train } from "../../../../src-main/training/train.js";
import { TrainingControl } from "../../../../src-main/training/process/control.js";
import { writeCreditProject } from "../../../support/lathe.js";
import { writeRun, writeTestProject } from "../../../support/run-on-disk.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

describe("a run without its model", () => {
  const project = () => writeTestProject(join(temporaryFolder(), "p"), "p");

  it("is advised to resume only where it was interrupted", async () => {
    const folder = writeRun(project(), "0003", { epochs: [] });
    const sentence = `${folder} has no model.onnx: its training has not ended; resume it with train --resume 0003`;
    expect(() => modelFile(folder)).toThrow(sentence);
    await expect(exportRun(folder, "onnx", join(folder, "..", "x.onnx"))).rejects.toThrow(sentence);
    await expect(exportRun(folder, "report", join(folder, "..", "x.json"))).rejects.toThrow(
      `${folder} has no report.json: its training has not ended; resume it with train --resume 0003`,
    );
  });

  it("is waited for while it is trained", () => {
    const folder = writeRun(project(), "0001", { epochs: [], lock: { pid: process.pid, host: hostname() } });
    expect(() => modelFile(folder)).toThrow(
      `${folder} has no model.onnx: it is being trained by process ${process.pid} (${join(folder, "lock")}); wait for its end, or stop it`,
    );
  });

  it("says why it failed where it did", () => {
    const folder = writeRun(project(), "0001", { epochs: [] });
    writeFileSync(join(folder, "error.json"), JSON.stringify({ code: "training.not-finite", message: "epoch 1, step 2: the loss is no number" }));
    expect(() => modelFile(folder)).toThrow("its training failed: epoch 1, step 2: the loss is no number");
    writeFileSync(join(folder, "error.json"), "null");
    expect(() => modelFile(folder)).toThrow("its training has not ended");
  });

  it("that refused its model, or lost it, says so", async () => {
    const folder = writeCreditProject(temporaryFolder(), { epochs: 1, batchSize: 512 });
    await train({ project: folder }, { control: new TrainingControl(), emit: () => undefined, clock: () => performance.now(), now: () => new Date() });
    const run = join(folder, "runs", "0001");
    rmSync(join(run, "model.onnx"));
    expect(() => modelFile(folder)).toThrow(`${run} has no model.onnx: it is gone; train --resume 0001 writes it again`);
    const report = JSON.parse(readFileSync(join(run, "report.json"), "utf8")) as RunReport;
    writeFileSync(join(run, "report.json"), JSON.stringify({ ...report, parity: { ...report.parity, passed: false } }));
    await expect(exportRun(folder, "onnx", join(folder, "x.onnx"))).rejects.toMatchObject({
      code: "export.parity",
      message: expect.not.stringContaining("--resume"),
    });
  });
});

describe("what is kept of a run that cannot be written any further", () => {
  it("is what its checkpoint holds, or nothing, and only then is it advised to resume", () => {
    const run = RunFolder.create(temporaryFolder());
    const sentence = () => storageError(run.file("x"), Object.assign(new Error("full"), { code: "ENOSPC" }), whatIsKept(run.path)).message;
    expect(sentence()).toMatch(/the disk is full; free some space\. No run was made; train again$/);
    run.write("config.json", "{}");
    expect(sentence()).toMatch(/\. Nothing had been learnt that could be saved; train --resume 0001 starts the run from its beginning$/);
    saveCheckpoint(run.checkpoints, { header: {}, vectors: {} });
    expect(sentence()).toMatch(/\. What was saved before is kept; resume it with train --resume 0001$/);
  });

  it("a place where no run can be made says nothing of resuming", () => {
    const project = temporaryFolder();
    writeFileSync(join(project, "runs"), "");
    expect(() => RunFolder.create(project)).toThrow(/No run was made$/);
    const other = temporaryFolder();
    mkdirSync(join(other, "runs", "0001", "lock"), { recursive: true });
    writeFileSync(join(other, "runs", "0001", "config.json"), "{}");
    expect(() => RunFolder.open(other).lock()).toThrow(/The run is as it was$|run 0001/);
  });
});

describe("an engine process that dies", () => {
  it("before there is a run has nothing to resume; after that, it says with which", async () => {
    const project = writeCreditProject(temporaryFolder(), { epochs: 100_000, batchSize: 512, engine: "onnxruntime", device: "cpu" });
    const early = runInEngine({ kind: "train", project }, () => undefined);
    early.link.kill();
    await expect(early.result).rejects.toThrow("the engine process ended unexpectedly (signal SIGKILL); nothing was left half done, start it again");
    const late = runInEngine({ kind: "train", project }, ({ event }) => {
      if (event === "epoch") late.link.kill();
    });
    await expect(late.result).rejects.toThrow("(signal SIGKILL); what was saved is kept, resume it with train --resume 0001");
    const inspecting = runInEngine({ kind: "inspect", project }, () => undefined);
    inspecting.link.kill();
    await expect(inspecting.result).rejects.toThrow("nothing was left half done, start it again");
  });
});
