import { describe, expect, it } from "vitest";
import { LatheError } from "../../../../src-main/base/errors.js";
import type { DoneEvent, RunEvent } from "../../../../src-main/contract/events.js";
import { createJobRegistry } from "../../../../src-main/services/jobs/job-registry.js";
import type { TrainingJob } from "../../../../src-main/services/jobs/job-types.js";

/** A job whose events the test speaks. */
function createScriptedJob(run: string) {
  const listeners = new Set<(event: RunEvent) => void>();
  const asked: string[] = [];
  let resolve: (done: DoneEvent) => void = () => undefined;
  let reject: (error: Error) => void = () => undefined;
  const done = new Promise<DoneEvent>((yes, no) => ([resolve, reject] = [yes, no]));
  const ask = (what: string) => () => void asked.push(what);
  const job: TrainingJob = {
    run,
    done,
    pause: ask("pause"),
    resume: ask("resume"),
    cancel: ask("cancel"),
    stop() {
      asked.push("stop");
      resolve({ event: "done", run, test: {}, ended: "stopped" });
    },
    subscribe(listener) {
      listeners.add(listener);
      return { dispose: () => void listeners.delete(listener) };
    },
  };
  return { job, asked, listeners, say: (event: RunEvent) => listeners.forEach((listener) => listener(event)), resolve, reject };
}

const step = (n: number): RunEvent => ({ event: "step", epoch: 1, step: n, loss: 0.5, learningRate: 0.01, samplesPerSecond: 1, secondsLeft: 1 });
const warning = (message: string): RunEvent => ({ event: "warning", code: "vanishing", message, advice: [] });

async function setUp() {
  const scripted = createScriptedJob("0001");
  const registry = createJobRegistry(() => Promise.resolve(scripted.job));
  const run = await registry.start({ project: "/p" });
  return { ...scripted, registry, run };
}

describe("the registry of jobs", () => {
  it("tells a late subscriber how things stand: the newest of each kind, every warning, then what comes", async () => {
    const { registry, run, say } = await setUp();
    say({ event: "stage", stage: "read", done: 1 });
    say(warning("a"));
    for (let n = 1; n <= 50; n++) say(step(n));
    say({ event: "state", state: "paused" });
    const heard: RunEvent[] = [];
    registry.subscribe(run, (event) => heard.push(event));
    expect(heard).toEqual([warning("a"), step(50), { event: "state", state: "paused" }]);
    expect(registry.status(run)).toBe("paused");
    say(step(51));
    expect(heard.at(-1)).toEqual(step(51));
  });

  it("does not tell a late subscriber of a stage that the first epoch ended, even where no step was sent", async () => {
    const { registry, run, say } = await setUp();
    say({ event: "stage", stage: "encode", done: 5, total: 9 });
    const during: RunEvent[] = [];
    registry.subscribe(run, (event) => during.push(event));
    expect(during).toEqual([{ event: "stage", stage: "encode", done: 5, total: 9 }]);
    say({ event: "epoch", epoch: 1, train: { loss: 1 }, validation: {}, learningRate: 0.1, seconds: 0.01, best: true, layers: {} });
    const after: RunEvent[] = [];
    registry.subscribe(run, (event) => after.push(event));
    expect(after).toEqual([]);
  });

  it("passes wishes to the job under way, and to no other", async () => {
    const { registry, run, asked } = await setUp();
    registry.control(run, "pause");
    registry.control(run, "resume");
    expect(asked).toEqual(["pause", "resume"]);
    expect(() => registry.control({ project: "/other", run: "0001" }, "stop")).toThrow(expect.objectContaining({ code: "run.state" }));
    expect(registry.subscribe({ project: "/p", run: "0002" }, () => undefined)).toBeUndefined();
  });

  it("tells the end once, whether by event, by promise or by both, and lets go of the job", async () => {
    const { registry, run, say, resolve, listeners } = await setUp();
    const heard: RunEvent[] = [];
    registry.subscribe(run, (event) => heard.push(event));
    const done: DoneEvent = { event: "done", run: "0001", test: { loss: 0.4 }, ended: "early-stopping" };
    say(done);
    resolve(done);
    await new Promise((wake) => setTimeout(wake));
    expect(heard).toEqual([done]);
    expect([registry.status(run), registry.running, listeners.size]).toEqual(["early-stopping", 0, 0]);
    expect(() => registry.control(run, "pause")).toThrow(expect.objectContaining({ code: "run.state" }));
  });

  it("keeps the error of a job that failed, for who was away", async () => {
    const { registry, run, reject } = await setUp();
    reject(new LatheError("engine.crashed", "the engine process ended unexpectedly (signal SIGKILL)"));
    await new Promise((wake) => setTimeout(wake));
    const heard: RunEvent[] = [];
    registry.subscribe(run, (event) => heard.push(event));
    expect(heard).toMatchObject([{ event: "failed", error: { code: "engine.crashed" } }]);
    expect(registry.status(run)).toBe("failed");
    expect(registry.error(run)).toMatchObject({ code: "engine.crashed" });
  });

  it("stops all and waits for them", async () => {
    const { registry, run, asked } = await setUp();
    await registry.stopAll();
    expect(asked).toEqual(["stop"]);
    expect(registry.status(run)).toBe("stopped");
  });

  it("does not take up a job that could not start", async () => {
    const registry = createJobRegistry(() => Promise.reject(new LatheError("data.missing", "there is no x.csv")));
    await expect(registry.start({ project: "/p" })).rejects.toMatchObject({ code: "data.missing" });
    expect(registry.running).toBe(0);
  });

  it("calls off what has not started when all is to end, and counts it as running until then", async () => {
    const registry = createJobRegistry(
      (_, { signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(new LatheError("cancelled", "reading the data was cancelled")));
        }),
    );
    const start = registry.start({ project: "/p" });
    expect(registry.running).toBe(1);
    await Promise.all([registry.stopAll(), expect(start).rejects.toThrow("reading the data was cancelled")]);
    expect(registry.running).toBe(0);
  });

  it("stops a job that started although it was called off", async () => {
    const scripted = createScriptedJob("0001");
    const registry = createJobRegistry((_, { signal }) => new Promise((resolve) => signal.addEventListener("abort", () => resolve(scripted.job))));
    const start = registry.start({ project: "/p" });
    await registry.stopAll();
    expect(scripted.asked).toEqual(["stop"]);
    expect(await start).toEqual({ project: "/p", run: "0001" });
  });
});
