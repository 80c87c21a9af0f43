import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { RunEvent } from "../../src-main/contract/events.js";
import type { ProjectInput } from "../../src-main/contract/project.js";
import { startTraining } from "../../src-main/services/jobs/jobs.js";
import { sha256, writeCreditProject } from "../support/lathe.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const training: ProjectInput["training"] = { epochs: 2000, batchSize: 32, optimizer: { type: "Adam", lr: 0.005 } };

/** A job, with a promise for its first event that a test waits for. */
async function start(project: string, options: { readonly epochs?: number; readonly resume?: boolean } = {}) {
  const job = await startTraining({ project, ...options });
  const events: RunEvent[] = [];
  const waiting = new Set<{ readonly wanted: (event: RunEvent) => boolean; readonly resolve: () => void }>();
  job.subscribe((event) => {
    events.push(event);
    for (const entry of waiting) if (entry.wanted(event)) entry.resolve();
  });
  const until = (wanted: (event: RunEvent) => boolean) => new Promise<void>((resolve) => waiting.add({ wanted, resolve }));
  return { job, events, until };
}

const state = (wanted: string) => (event: RunEvent) => event.event === "state" && event.state === wanted;
const epochAfter = (n: number) => (event: RunEvent) => event.event === "epoch" && event.epoch > n;

describe("a running job", () => {
  it("pauses, stands still, resumes, and ends in the same model as one left alone", async () => {
    const left = await start(writeCreditProject(temporaryFolder(), training), { epochs: 30 });
    const alone = await left.job.done;

    const { job, events, until } = await start(writeCreditProject(temporaryFolder(), training), { epochs: 30 });
    const paused = until(state("paused"));
    job.pause();
    await paused;
    const before = events.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(events.length).toBe(before);
    const running = until(state("running"));
    job.resume();
    await running;
    const done = await job.done;
    expect(done.ended).toBe("completed");
    expect(sha256(done.model ?? "")).toBe(sha256(alone.model ?? ""));
  });

  it("stops early and keeps what was learnt: model, report, test metrics", async () => {
    const { job, until } = await start(writeCreditProject(temporaryFolder(), training));
    await until(epochAfter(1));
    job.stop();
    const done = await job.done;
    expect(done.ended).toBe("stopped");
    expect(done.test["Good.accuracy"]).toBeGreaterThan(0.5);
    expect(existsSync(done.model ?? "") && existsSync(done.report ?? "")).toBe(true);
  });

  it("is cancelled at once without a model, and can be taken up again", { tags: ["long"] }, async () => {
    const folder = writeCreditProject(temporaryFolder(), training);
    const { job, until } = await start(folder);
    await until(epochAfter(1));
    job.cancel();
    const done = await job.done;
    expect(done).toMatchObject({ ended: "cancelled" });
    expect(done.model).toBeUndefined();
    const again = await start(folder, { resume: true });
    expect(again.events).toContainEqual(expect.objectContaining({ event: "run", resumedFrom: expect.anything() as unknown }));
    again.job.stop();
    expect((await again.job.done).ended).toBe("stopped");
  });

  it("says how fast it is and how long it will take, a few times a second", async () => {
    const { job, events, until } = await start(writeCreditProject(temporaryFolder(), training));
    await until((event) => event.event === "step");
    job.cancel();
    await job.done;
    const step = events.find((event) => event.event === "step");
    expect(step).toMatchObject({ samplesPerSecond: expect.any(Number) as number, secondsLeft: expect.any(Number) as number });
    expect(step?.event === "step" && step.samplesPerSecond > 0 && step.secondsLeft > 0).toBe(true);
  });
});
