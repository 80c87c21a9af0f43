import { appendFileSync, closeSync, constants, mkdirSync, openSync, readFileSync, readSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../../../src-main/base/entries.js";
import type { EpochEvent } from "../../../../src-main/contract/events.js";
import { RunFolder } from "../../../../src-main/training/runs/run-folder.js";
import { epochsOf } from "../../../support/epochs-of.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const epoch = (n: number): EpochEvent => ({
  event: "epoch",
  epoch: n,
  train: { loss: 1 / n },
  validation: {},
  learningRate: 0.1,
  seconds: 1,
  best: true,
  layers: {},
});

/** The id of a process that has ended. */
function deadProcess(): number {
  return spawnSync(process.execPath, ["-e", ""]).pid;
}

describe("a run folder", () => {
  it.skipIf(process.platform === "win32")("writes nothing into a pipe that has the name of its log, or of its metrics, although somebody reads it", () => {
    const run = RunFolder.create(temporaryFolder());
    for (const name of ["log.txt", "metrics.jsonl"]) {
      spawnSync("mkfifo", [run.file(name)]);
      const reader = openSync(run.file(name), constants.O_RDONLY | constants.O_NONBLOCK);
      const why = { code: "run.storage", message: expect.stringContaining("something that is no file has that name; put it away") as string };
      if (name === "log.txt") expect(run.log("secret", new Date(0))).toMatchObject(why);
      else expect(() => run.appendMetrics(epoch(1))).toThrow(expect.objectContaining(why));
      expect(readSync(reader, Buffer.alloc(100))).toBe(0);
      closeSync(reader);
    }
  });

  it("keeps a log of one line a call, whatever names are in it", () => {
    const run = RunFolder.create(temporaryFolder());
    const time = new Date(0);
    run.log("column a\n1970-01-01T00:00:00.000Z failed: forged\u001b[2J", time);
    run.log("second", time);
    expect(readFileSync(run.file("log.txt"), "utf8").split("\n")).toEqual([
      "1970-01-01T00:00:00.000Z column a\\n1970-01-01T00:00:00.000Z failed: forged\\x1b[2J",
      "1970-01-01T00:00:00.000Z second",
      "",
    ]);
  });

  it("takes the next number", () => {
    const project = temporaryFolder();
    expect([RunFolder.create(project).id, RunFolder.create(project).id]).toEqual(["0001", "0002"]);
  });

  it("is found by number, by short number, by path, or as the newest", () => {
    const project = temporaryFolder();
    for (let i = 0; i < 2; i++) RunFolder.create(project).write("config.json", "{}");
    for (const which of ["0001", "1", join(project, "runs", "0001")]) expect(RunFolder.open(project, which).id).toBe("0001");
    expect(RunFolder.open(project).id).toBe("0002");
    expect(() => RunFolder.open(project, "7")).toThrow(/there is no run 7 in .*; there are 0001, 0002/);
  });

  it("belongs to one process at a time", () => {
    const project = temporaryFolder();
    const run = RunFolder.create(project);
    run.write("config.json", "{}");
    expect(() => RunFolder.open(project).lock()).toThrow(
      new RegExp(`run 0001 is being trained by process ${process.pid} since [-0-9: ]+ UTC \\(${run.file("lock")}\\); wait for it, or stop it`),
    );
    run.unlock();
    RunFolder.open(project).lock().unlock();
  });

  it.each([
    ["a process that is gone", () => JSON.stringify({ pid: deadProcess(), host: hostname() })],
    ["a crash while writing the lock", () => '{"pi'],
  ])("is taken over from %s", (_, lock) => {
    const project = temporaryFolder();
    mkdirSync(join(project, "runs", "0001"), { recursive: true });
    writeFileSync(join(project, "runs", "0001", "config.json"), "{}");
    writeFileSync(join(project, "runs", "0001", "lock"), lock());
    const run = RunFolder.open(project).lock();
    expect(JSON.parse(readFileSync(run.file("lock"), "utf8"))).toMatchObject({ pid: process.pid });
  });

  it("held on another machine says how to free it where nobody holds it any more, as after a container", () => {
    const project = temporaryFolder();
    const run = RunFolder.create(project);
    run.write("config.json", "{}");
    writeFileSync(run.file("lock"), JSON.stringify({ pid: 7, host: "a-container" }));
    expect(() => RunFolder.open(project).lock()).toThrow(
      `by process 7 on a-container (${run.file("lock")}; where no such process is left there, delete that file); wait for it, or stop it`,
    );
  });

  it("is taken by one of several processes that all find the same stale lock", async () => {
    const project = temporaryFolder();
    mkdirSync(join(project, "runs", "0001"), { recursive: true });
    const lock = join(project, "runs", "0001", "lock");
    writeFileSync(lock, JSON.stringify({ pid: deadProcess(), host: hostname() }));
    const script = join(project, "take.mjs");
    writeFileSync(
      script,
      `import { takeLock } from ${JSON.stringify(join(packageRoot, "src-main", "base", "lock.mjs"))};
      console.log(takeLock(process.argv[2]) ? "refused" : "taken"); process.stdin.resume();`,
    );
    const takers = Array.from({ length: 6 }, () => spawn(process.execPath, [script, lock], { stdio: ["pipe", "pipe", "inherit"] }));
    const words = (await Promise.all(takers.map(({ stdout }) => once(stdout, "data") as Promise<[Buffer]>))).map(([word]) => word.toString().trim()).sort();
    // Each lives until all have tried: of one that is gone, the lock is stale again.
    await Promise.all(takers.map((taker) => (taker.stdin.end(), once(taker, "exit"))));
    expect(words).toEqual(["refused", "refused", "refused", "refused", "refused", "taken"]);
  });

  it("keeps metrics line by line, forgives a cut-off last line, and can go back", () => {
    const run = RunFolder.create(temporaryFolder());
    const length = run.appendMetrics(epoch(1));
    run.appendMetrics(epoch(2));
    appendFileSync(run.file("metrics.jsonl"), '{"event":"epo');
    expect(epochsOf(run)).toEqual([epoch(1), epoch(2)]);
    run.truncateMetrics(length);
    expect(epochsOf(run)).toEqual([epoch(1)]);
  });

  it("that cannot be made says where and why", () => {
    const project = join(temporaryFolder(), "file");
    writeFileSync(project, "");
    expect(() => RunFolder.create(project)).toThrow(/file.runs cannot be written: (a part of the path is a file, not a folder|the folder is gone)/);
  });
});
