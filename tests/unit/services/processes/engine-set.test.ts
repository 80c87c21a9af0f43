import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { EngineWork } from "../../../../src-main/contract/engine-messages.js";
import { inEngine } from "../../../../src-main/services/jobs/jobs.js";
import { type EngineLink, launchChildProcess } from "../../../../src-main/services/processes/engine-link.js";
import { createEngineSet } from "../../../../src-main/services/processes/engine-set.js";
import { temporaryFolder, writeTestProject } from "../../../support/run-on-disk.js";

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** A set of engine processes as built, the process of each launch, and work that is done in one after the other. */
function setUp(idle?: number) {
  const links: EngineLink[] = [];
  const engines = createEngineSet(() => {
    const link = launchChildProcess();
    links.push(link);
    return link;
  }, idle);
  onTestFinished(() => engines.killAll());
  const folder = temporaryFolder("engine-set");
  const project = writeTestProject(join(folder, "p"), "p");
  const look = (asked: Partial<EngineWork> = {}, signal?: AbortSignal) =>
    inEngine(
      { kind: "audit", project, ...asked } as EngineWork,
      () => undefined,
      (value) => value,
      { launch: engines.launchLasting, ...(signal ? { signal } : {}) },
    ).then(
      () => "done",
      (error: unknown) => (error as { code: string }).code,
    );
  return { engines, folder, look, pids: () => links.map(({ pid = 0 }) => pid) };
}

test("short work follows other in one process, also where that was refused; at rest it is not at work", async () => {
  const { engines, folder, look, pids } = setUp();
  expect(await look({ project: join(folder, "none") })).toBe("project.missing");
  const first = await look();
  expect([await look(), await look()]).toEqual([first, first]);
  expect(pids()).toHaveLength(1);
  expect(engines.running).toBe(0);
  await engines.empty();
  // What comes at the same time does not wait, and of two that rest one is enough.
  await Promise.all([look(), look()]);
  expect(pids()).toHaveLength(2);
  await expect.poll(() => pids().filter(isAlive)).toHaveLength(1);
});

test("a process at rest ends after a while, with the set, or is killed: the next work starts another", async () => {
  const { engines, look, pids } = setUp(300);
  await look();
  await expect.poll(() => pids().filter(isAlive)).toEqual([]);
  const told = await look();
  process.kill(pids()[1]!, "SIGKILL");
  await expect.poll(() => pids().filter(isAlive)).toEqual([]);
  expect(await look()).toBe(told);
  expect(pids()).toHaveLength(3);
  await engines.killAll();
  expect(pids().filter(isAlive)).toEqual([]);
  expect(() => engines.launchLasting()).toThrow("Lathe is ending and starts nothing any more");
});

test("a process whose work was called off does no other", async () => {
  const { look, pids } = setUp();
  const abort = new AbortController();
  const called = look({}, abort.signal);
  abort.abort();
  expect(await called).toBe("cancelled");
  await look();
  expect(pids()).toHaveLength(2);
  expect(isAlive(pids()[0]!)).toBe(false);
});
