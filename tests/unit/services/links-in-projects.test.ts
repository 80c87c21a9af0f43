import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { partName } from "../../../src-main/base/work-folder.js";
import { readProjectFile } from "../../../src-main/contract/project-file.js";
import { dropStores } from "../../../src-main/datasets/pictures/pixel-store.js";
import { readConfig, readFailure, readLog, readReport } from "../../../src-main/services/runs/run-files.js";
import { readLabel } from "../../../src-main/services/runs/run-labels.js";
import { readMetrics } from "../../../src-main/services/runs/run-metrics.js";
import { emptyTrash, restoreRuns, trashRuns } from "../../../src-main/services/runs/run-trash.js";
import { RunFolder } from "../../../src-main/training/runs/run-folder.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

/** Somebody's folder with one file, and a project beside it. */
function strangers() {
  const home = temporaryFolder();
  mkdirSync(join(home, "0001"));
  writeFileSync(join(home, "0001", "letters.txt"), "mine");
  return { home, letters: join(home, "0001", "letters.txt"), project: temporaryFolder() };
}

it("a trash that is a link is neither emptied nor filled nor restored from", async () => {
  const { home, letters, project } = strangers();
  mkdirSync(join(project, "runs", "0007"), { recursive: true });
  symlinkSync(home, join(project, "runs", ".trash"));
  await expect(emptyTrash(project)).rejects.toMatchObject({ code: "project.unsafe" });
  await expect(trashRuns(project, ["0007"], () => false)).rejects.toMatchObject({ code: "project.unsafe" });
  await expect(restoreRuns(project, ["0001"])).rejects.toMatchObject({ code: "project.unsafe" });
  expect(readFileSync(letters, "utf8")).toBe("mine");
});

it("runs that are a link elsewhere are not trained into, nor is their trash emptied", async () => {
  const { home, letters, project } = strangers();
  mkdirSync(join(home, ".trash", "0001"), { recursive: true });
  symlinkSync(home, join(project, "runs"));
  expect(() => RunFolder.create(project)).toThrow(/runs is a link; Lathe follows no links inside a project/);
  await expect(emptyTrash(project)).rejects.toMatchObject({ code: "project.unsafe" });
  expect(readdirSync(home).sort()).toEqual([".trash", "0001"]);
  expect(existsSync(join(home, ".trash", "0001"))).toBe(true);
  expect(existsSync(letters)).toBe(true);
});

it("only runs are deleted from the trash", async () => {
  const { project } = strangers();
  for (const name of ["0001", "notes"]) mkdirSync(join(project, "runs", ".trash", name), { recursive: true });
  await emptyTrash(project);
  expect(readdirSync(join(project, "runs", ".trash"))).toEqual(["notes"]);
});

it("stores of pictures that are a link elsewhere are not dropped, and what is no store stays", async () => {
  const { home, letters, project } = strangers();
  symlinkSync(home, join(project, "pixels"));
  await expect(dropStores(project, [])).rejects.toMatchObject({ code: "project.unsafe" });
  expect(existsSync(letters)).toBe(true);
  const own = temporaryFolder();
  const stores = Array.from({ length: 6 }, (_, i) => `8x8-rgb-${String(i).repeat(16)}`);
  for (const name of [...stores, "photographs"]) mkdirSync(join(own, "pixels", name), { recursive: true });
  await dropStores(own, []);
  expect(readdirSync(join(own, "pixels"))).toContain("photographs");
  expect(readdirSync(join(own, "pixels"))).toHaveLength(5);
});

it("a log, metrics and a configuration that are links elsewhere are not written through", () => {
  const { letters, project } = strangers();
  const run = RunFolder.create(project);
  for (const name of ["log.txt", "metrics.jsonl", "config.json"]) symlinkSync(letters, run.file(name));
  // Said once: a log must not stop a run that can continue.
  expect(run.log("a line", new Date(0))).toMatchObject({
    message: `${run.file("log.txt")} cannot be written: a link has that name, or leads there and back again; put it away. The run continues without a log`,
  });
  expect(run.log("another line", new Date(0))).toBeUndefined();
  expect(() => run.appendMetrics({ event: "epoch", epoch: 1, train: {}, validation: {}, learningRate: 1, seconds: 1, best: true, layers: {} })).toThrow(
    /cannot be written/,
  );
  run.write("config.json", "{}");
  expect(readFileSync(letters, "utf8")).toBe("mine");
});

it("nobody prepares a link under the name of a temporary file: that is new each time, and made only where nothing is", () => {
  const { letters, project } = strangers();
  const run = RunFolder.create(project);
  for (const name of ["model.onnx", "report.json"])
    for (const part of [".part", ".tmp", `.part-${process.pid}`, `.part-${process.pid}-1`]) symlinkSync(letters, run.file(`${name}${part}`));
  const names = new Set(Array.from({ length: 100 }, () => partName(run.file("model.onnx"))));
  expect(names.size).toBe(100);
  run.write("model.onnx", "a model");
  run.write("report.json", "{}");
  expect([readFileSync(run.file("model.onnx"), "utf8"), readFileSync(run.file("report.json"), "utf8")]).toEqual(["a model", "{}"]);
  expect(readFileSync(letters, "utf8")).toBe("mine");
});

it("a folder with a huge number is no run to count on from", () => {
  const { project } = strangers();
  for (const name of ["9007199254740992", "1e21"]) mkdirSync(join(project, "runs", name), { recursive: true });
  expect(RunFolder.create(project).id).toBe("0001");
});

it("a run's files and a project's file that are links or pipes are not read, and nobody waits for them", async () => {
  const { home, project } = strangers();
  writeFileSync(join(home, "project.json"), "{}");
  symlinkSync(join(home, "project.json"), join(project, "project.json"));
  await expect(readProjectFile(project)).rejects.toMatchObject({ code: "project.unsafe" });
  rmSync(join(project, "project.json"));
  execFileSync("mkfifo", [join(project, "project.json")]);
  // Nobody makes that file again.
  await expect(readProjectFile(project)).rejects.toMatchObject({
    code: "project.unsafe",
    message: expect.stringMatching(/is a folder, a pipe or a device, .*; put it away, and put the file that was there back if you have it$/) as string,
  });
  const run = RunFolder.create(project);
  const names = ["config.json", "report.json", "metrics.jsonl", "log.txt", "label.json", "error.json"];
  for (const name of names) execFileSync("mkfifo", [run.file(name)]);
  expect(await readMetrics(run.path)).toMatchObject({ epochs: [] });
  expect(await readLog(run.path)).toEqual({ text: "", omitted: 0 });
  expect(await readLabel(run.path)).toEqual({});
  expect(await readFailure(run.path)).toBeUndefined();
  expect(await readConfig(run.path)).toBeUndefined();
  expect(await readReport(run.path)).toBeUndefined();
});
