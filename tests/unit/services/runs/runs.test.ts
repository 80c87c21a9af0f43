import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { RunEvent } from "../../../../src-main/contract/events.js";
import { createFolderAccess } from "../../../../src-main/services/files/folder-access.js";
import { createJobRegistry } from "../../../../src-main/services/jobs/job-registry.js";
import { createProjects } from "../../../../src-main/services/projects/projects.js";
import { createReader } from "../../../../src-main/services/processes/reader.js";
import { surveyBy } from "../../../../src-main/services/data/survey.js";
import { createRecentProjects } from "../../../../src-main/services/projects/recent-projects.js";
import { createRuns } from "../../../../src-main/services/runs/runs.js";
import { createSettings } from "../../../../src-main/services/settings.js";
import { stateFolder } from "../../../../src-main/services/files/state-folder.js";
import { plausibleEpochs, temporaryFolder, writeRun, writeTestProject } from "../../../support/run-on-disk.js";

const anywhere = createFolderAccess(null);
const runs = createRuns(
  anywhere,
  createJobRegistry(() => Promise.reject(new Error("not asked for"))),
);
const report = { ended: "early-stopping", test: { metrics: { loss: 0.4 } } };

describe("runs on disk", () => {
  it("are listed the newest first, each with its state", async () => {
    const project = writeTestProject(temporaryFolder("runs"), "p");
    writeRun(project, "0009", { epochs: plausibleEpochs(2) });
    writeRun(project, "0010", { epochs: plausibleEpochs(30), report });
    writeRun(project, "0011", { epochs: [], lock: { pid: process.pid, host: hostname() } });
    // No such process: 2^22 is above Linux' and macOS' largest id.
    writeRun(project, "0012", { epochs: plausibleEpochs(1), lock: { pid: 2 ** 22 + 1, host: hostname() } });
    writeRun(project, "0013", { epochs: [], lock: { pid: 1, host: "another-machine" } });
    mkdirSync(join(project, "runs", ".trash"));
    // Of a start that was killed before it had written what it was started with.
    mkdirSync(join(project, "runs", "0014"));
    const list = await runs.list(project);
    expect(list.map(({ run, status }) => [run, status])).toEqual([
      ["0013", "running"],
      ["0012", "interrupted"],
      ["0011", "running"],
      ["0010", "early-stopping"],
      ["0009", "interrupted"],
    ]);
    expect(list[3]).toMatchObject({ epoch: 30, epochs: 30, engine: "onnxruntime", test: { loss: 0.4 } });
  });

  it("lose nothing to a line that a crash cut off, and count it", async () => {
    const project = writeTestProject(temporaryFolder("runs"), "p");
    const folder = writeRun(project, "0001", { epochs: plausibleEpochs(3) });
    appendFileSync(join(folder, "metrics.jsonl"), '{"event":"epoch","epoch":4,"tra');
    expect(await runs.metrics({ project, run: "0001" })).toMatchObject({ epochs: [{ epoch: 1 }, { epoch: 2 }, { epoch: 3 }], damagedLines: 1 });
  });

  it("are read anew for a list when there is more of them, though they were listed before", async () => {
    const project = writeTestProject(temporaryFolder("runs"), "p");
    const folder = writeRun(project, "0001", { epochs: plausibleEpochs(3) });
    expect((await runs.list(project))[0]).toMatchObject({ epoch: 3, kept: { epoch: 3 } });
    appendFileSync(join(folder, "metrics.jsonl"), `${JSON.stringify({ ...plausibleEpochs(4)[3], validation: { loss: 0.125 } })}\n`);
    expect((await runs.list(project))[0]).toMatchObject({ epoch: 4, kept: { epoch: 4, loss: 0.125 } });
  });

  it("that another process trains are followed to their end", async () => {
    const project = writeTestProject(temporaryFolder("runs"), "p");
    const epochs = plausibleEpochs(4);
    const folder = writeRun(project, "0001", { epochs: epochs.slice(0, 1), lock: { pid: process.pid, host: hostname() } });
    const heard: RunEvent[] = [];
    let ended = false;
    await runs.follow(
      { project, run: "0001" },
      (event) => heard.push(event),
      () => (ended = true),
    );
    await expect.poll(() => heard.length).toBe(1);
    // A line in two halves is one event.
    const line = `${JSON.stringify(epochs[1])}\n`;
    appendFileSync(join(folder, "metrics.jsonl"), line.slice(0, 40));
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(heard).toHaveLength(1);
    appendFileSync(join(folder, "metrics.jsonl"), line.slice(40));
    await expect.poll(() => heard.length).toBe(2);
    writeFileSync(join(folder, "report.json"), JSON.stringify(report));
    rmSync(join(folder, "lock"));
    await expect.poll(() => ended).toBe(true);
    expect(heard.at(-1)).toEqual({ event: "done", run: "0001", test: { loss: 0.4 }, ended: "early-stopping" });
  });

  it("are let go of when nobody follows", async () => {
    const project = writeTestProject(temporaryFolder("runs"), "p");
    const folder = writeRun(project, "0001", { epochs: [], lock: { pid: process.pid, host: hostname() } });
    const heard: RunEvent[] = [];
    const following = await runs.follow(
      { project, run: "0001" },
      (event) => heard.push(event),
      () => undefined,
    );
    following.dispose();
    appendFileSync(join(folder, "metrics.jsonl"), `${JSON.stringify(plausibleEpochs(1)[0])}\n`);
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(heard).toEqual([]);
  });
});

// None of these is asked to read a picture or a table.
const reader = createReader({ deadline: 60_000 });
const survey = surveyBy(reader, reader);

describe("known projects", () => {
  it("are remembered in the user's folder, the last opened first, and forgotten on request", async () => {
    const home = temporaryFolder("home");
    const folder = temporaryFolder("projects");
    let now = 1000;
    const projects = createProjects(
      createRecentProjects(home, () => now++),
      anywhere,
      createSettings(home),
      survey,
    );
    for (const name of ["a", "b", "a"]) await projects.open(writeTestProject(join(folder, name), name));
    expect((await projects.list()).map(({ name, openedAt }) => [name, openedAt])).toEqual([
      ["a", 1002],
      ["b", 1001],
    ]);
    expect(JSON.parse(readFileSync(join(home, "recent-projects.json"), "utf8"))).toMatchObject({
      version: 1,
      projects: [{ openedAt: 1002 }, { openedAt: 1001 }],
    });
    rmSync(join(folder, "b"), { recursive: true });
    expect((await projects.list())[1]).toMatchObject({ name: "b", problem: { code: "project.missing" } });
    await projects.forget(join(folder, "b"));
    expect(await projects.list()).toHaveLength(1);
  });

  it("survive a damaged list, and many opened at once", async () => {
    const home = temporaryFolder("home");
    writeFileSync(join(home, "recent-projects.json"), "{ nonsense");
    const folder = temporaryFolder("projects");
    const projects = createProjects(createRecentProjects(home), anywhere, createSettings(home), survey);
    expect(await projects.list()).toEqual([]);
    await Promise.all(["a", "b", "c", "d"].map((name) => projects.open(writeTestProject(join(folder, name), name))));
    expect((await projects.list()).map(({ name }) => name).sort()).toEqual(["a", "b", "c", "d"]);
  });

  it("outside the allowed folders are not shown", async () => {
    const home = temporaryFolder("home");
    const folder = temporaryFolder("projects");
    const recent = createRecentProjects(home);
    const everywhere = createProjects(recent, anywhere, createSettings(home), survey);
    for (const name of ["in", "out"]) await everywhere.open(writeTestProject(join(folder, name), name));
    const confined = createProjects(recent, createFolderAccess([join(folder, "in")]), createSettings(home), survey);
    expect((await confined.list()).map(({ name }) => name)).toEqual(["in"]);
  });
});

it("the user's folder is where the platform keeps such things, unless LATHE_HOME says otherwise", () => {
  expect(stateFolder({ LATHE_HOME: "/somewhere" }, "linux")).toBe("/somewhere");
  expect(stateFolder({ XDG_STATE_HOME: "/state" }, "linux")).toBe(join("/state", "lathe"));
  expect(stateFolder({ APPDATA: "/roaming" }, "win32")).toBe(join("/roaming", "Lathe"));
  expect(stateFolder({}, "darwin")).toMatch(/Library.Application Support.Lathe$/);
});
