import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { toLatheError } from "../../../../src-main/base/errors.js";
import type { TrainRequest } from "../../../../src-main/contract/engine-messages.js";
import type { RunEvent } from "../../../../src-main/contract/events.js";
import { chooseEngine, engineCandidates } from "../../../../src-main/engines/index.js";
import { onnxruntimeEngine } from "../../../../src-main/engines/onnxruntime/index.js";
import { TrainingControl } from "../../../../src-main/training/process/control.js";
import { EngineMemory } from "../../../../src-main/training/process/engine-memory.js";
import { settleEngine } from "../../../../src-main/training/process/settle-engine.js";
import { train } from "../../../../src-main/training/train.js";
import { Trainer } from "../../../../src-main/training/trainer.js";
import { openWorkbench } from "../../../../src-main/training/workbench.js";
import { parseProject } from "../../../../src-main/contract/project.js";
import { sha256, writeCreditProject } from "../../../support/lathe.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";
import { randomBatch, trainingSpec } from "../../../support/training-spec.js";

// A Linux without a graphics card, whatever this one has: ONNX Runtime brings a device that fails. It looks for drivers once, at its first question.
process.env["VK_ICD_FILENAMES"] = "/no/such/driver.json";
// A second engine: TensorFlow's library where it is installed, else its kernels in JavaScript.
process.env["LATHE_TENSORFLOW_SLOW"] = "1";
const refusal = (await onnxruntimeEngine.probe("webgpu"))?.trim();
if (refusal === undefined) console.warn("skipped: tests of a device that fails, because WebGPU works here whatever its drivers are told");

const second = await makesNoStep("tensorflow");
if (second !== undefined) console.warn(`skipped: tests that want two engines that work, because tensorflow does not: ${second}`);

/** Why an engine cannot train here, by one step; undefined where it can. */
async function makesNoStep(name: string): Promise<string | undefined> {
  try {
    const spec = trainingSpec({
      inputs: { x: 2 },
      targets: [{ name: "y", kind: "numeric", width: 1 }],
      training: {},
      model: { layers: [{ id: "fc", type: "Linear", outFeatures: 1 }], outputs: [{ target: "y", from: "fc" }] },
    });
    const { engine, device } = await chooseEngine(name, "auto");
    const trainer = await Trainer.create(spec, engine, { device, threads: 1 }, 1);
    await trainer.step(randomBatch(spec, 4, 1), 1, 0.01, false);
    await trainer.dispose();
    return undefined;
  } catch (thrown) {
    return toLatheError(thrown).message;
  }
}

/** On this clock every run takes days, so that all engines are tried, and a second's budget of steps is over after a few. */
const longClock = () => performance.now() * 1e6;
/** That clock would write a checkpoint after every step. */
const short = { epochs: 1, batchSize: 256, checkpointSeconds: 1e9, optimizer: { type: "Adam", lr: 0.005 } };
const day = (n: number) => new Date(Date.UTC(2026, 0, n));

/** A clock on which every look takes ten seconds while a stage is slow, else a millisecond. */
function stagedClock(isSlow: (stage: string) => boolean) {
  let [stage, time] = ["", 0];
  return {
    clock: () => (time += isSlow(stage) ? 10_000 : 1),
    onEvent: (event: RunEvent) => {
      if (event.event === "stage" && event.stage.startsWith("trying ")) stage = event.stage;
    },
  };
}

interface Ran {
  readonly events: readonly RunEvent[];
  readonly stages: readonly string[];
  readonly started: Extract<RunEvent, { event: "run" }> | undefined;
  readonly model: string | undefined;
}

function projectFolder(training: object = {}): string {
  return writeCreditProject(temporaryFolder(), { ...short, ...training });
}

async function run(
  project: string,
  {
    request = {},
    clock = longClock,
    now = () => day(1),
    onEvent = () => undefined,
  }: {
    readonly request?: Partial<TrainRequest>;
    readonly clock?: () => number;
    readonly now?: () => Date;
    readonly onEvent?: (event: RunEvent, control: TrainingControl) => void;
  } = {},
): Promise<Ran> {
  const events: RunEvent[] = [];
  const control = new TrainingControl();
  const done = await train(
    { project, ...request },
    {
      control,
      clock,
      now,
      emit: (event) => {
        events.push(event);
        onEvent(event, control);
      },
    },
  );
  return {
    events,
    model: done.model,
    started: events.find((event) => event.event === "run"),
    stages: events.flatMap((event) => (event.event === "stage" && event.stage.startsWith("trying ") ? [event.stage] : [])),
  };
}

const memoryOf = (project: string) => join(project, ".lathe", "engine-choices.json");
const configOf = (project: string, id = "0001") =>
  JSON.parse(readFileSync(join(project, "runs", id, "config.json"), "utf8")) as Readonly<Record<string, unknown>>;

describe("engine and device left open", () => {
  it("are settled before the first step, and leave nothing in the run: the same bytes as with the engine named", async () => {
    // Dropout draws random numbers, batch norm keeps statistics, Adam two moments: all would tell.
    const layers = [
      { id: "fc1", type: "Linear", outFeatures: 8 },
      { id: "norm", type: "BatchNorm1d" },
      { id: "act", type: "ELU" },
      { id: "drop", type: "Dropout", p: 0.3 },
      { id: "out", type: "Linear", outFeatures: 1 },
    ];
    const [open, named] = [writeCreditProject(temporaryFolder(), short, layers), writeCreditProject(temporaryFolder(), short, layers)];
    const tried = await run(open);
    expect(tried.stages[0]).toBe("trying onnxruntime cpu");
    const plain = await run(named, { request: { engine: String(tried.started?.engine), device: String(tried.started?.device) } });
    expect(plain.stages).toEqual([]);
    expect(plain.started?.reason).toBe("as asked for");
    expect(sha256(tried.model ?? "")).toBe(sha256(plain.model ?? ""));
    const of = (project: string) => readFileSync(join(project, "runs", "0001", "metrics.jsonl"), "utf8").replaceAll(/"seconds":[^,}]+/g, "");
    expect(of(open)).toBe(of(named));
  });

  it.skipIf(second !== undefined)("go to the engine that is clearly faster, which then trains the run as if it had been named", async () => {
    const slow = stagedClock((stage) => stage === "" || stage.startsWith("trying onnxruntime"));
    const [open, named] = [projectFolder(), projectFolder()];
    const { started, stages, model } = await run(open, slow);
    expect(started).toMatchObject({ engine: "tensorflow", device: "cpu" });
    expect(started?.reason).toMatch(/^fastest of \d tried: .*tensorflow cpu 1 ms a step.*onnxruntime cpu 10000 ms/);
    // It is timed once more before it is replaced.
    expect(stages.at(-1)).toMatch(/^trying onnxruntime cpu once more, after onnxruntime cpu 10000 ms a step, .*tensorflow cpu 1 ms/);
    expect(configOf(open)).toMatchObject({ engine: "tensorflow", device: "cpu", engineVersion: started?.engineVersion, reason: started?.reason });
    const plain = await run(named, { request: { engine: "tensorflow", device: "cpu" } });
    expect(sha256(model ?? "")).toBe(sha256(plain.model ?? ""));
    expect((await run(open, { now: () => day(2) })).started).toMatchObject({
      engine: "tensorflow",
      reason: expect.stringMatching(/^measured earlier on this machine \(2026-01-01\): fastest of/) as unknown,
    });
  });

  it.skipIf(second !== undefined)("stay with the usual engine where it was only held up while it was timed", async () => {
    const { started, stages } = await run(
      projectFolder(),
      stagedClock((stage) => stage === "" || stage === "trying onnxruntime cpu"),
    );
    expect(stages.at(-1)).toMatch(/^trying onnxruntime cpu once more/);
    expect(started).toMatchObject({ engine: "onnxruntime", device: "cpu" });
    expect(started?.reason).toMatch(/^fastest of \d tried: onnxruntime cpu 1 ms a step, .*tensorflow cpu 1 ms/);
  });

  it.skipIf(refusal === undefined)("take what does not work out of the choice, with its own reason, in config, report and log", async () => {
    const project = projectFolder();
    const { started, stages } = await run(project);
    expect(stages).toContainEqual(expect.stringMatching(/^trying onnxruntime webgpu, after onnxruntime cpu \S+ ms a step/));
    expect(started?.reason).toContain(`excluded: onnxruntime webgpu (${refusal ?? ""})`);
    const report = JSON.parse(readFileSync(join(project, "runs", "0001", "report.json"), "utf8")) as { training: object };
    expect(report.training).toMatchObject({ engine: started?.engine, device: started?.device, reason: started?.reason });
    expect(configOf(project)).toMatchObject({ engine: started?.engine, device: started?.device, reason: started?.reason });
    expect(readFileSync(join(project, "runs", "0001", "log.txt"), "utf8")).toContain(started?.reason);
  });

  it("are not tried for a run that is over sooner", async () => {
    const project = projectFolder();
    const { started, stages } = await run(project, { clock: () => 0 });
    expect(stages).toEqual([]);
    expect(started).toMatchObject({ engine: "onnxruntime", device: "cpu" });
    expect(started?.reason).toMatch(/^all steps take less than a second, .* each: trying onnxruntime webgpu\b.* would cost more than it could gain$/);
    expect(existsSync(memoryOf(project))).toBe(false);
  });

  it("are not tried where only one comes into question", async () => {
    const { started, stages } = await run(projectFolder(), { request: { device: "cpu", engine: "onnxruntime" } });
    expect(stages).toEqual([]);
    expect(started?.reason).toBe("as asked for");
    const { bench, candidates, memoryAt } = await settling(projectFolder());
    const batches = bench.trainingLoader();
    const settled = await settleEngine(
      { bench, candidates: candidates.slice(0, 1), batches, memory: memoryAt(1) },
      { clock: longClock, now: () => day(1), control: new TrainingControl(), emit: () => expect.unreachable() },
    );
    await settled.trainer.dispose();
    await batches.dispose();
    expect(settled.bench.choice).toMatchObject({ device: "cpu", reason: "the only one installed that fits what was asked for" });
  });

  it("can be called off while they are tried: no run is left", async () => {
    for (const ending of ["stop", "cancel"] as const) {
      const project = projectFolder();
      const ran = run(project, {
        onEvent: (event, control) => {
          if (event.event === "stage" && event.stage.startsWith("trying ")) control[ending]();
        },
      });
      await expect(ran).rejects.toMatchObject({ code: "cancelled" });
      expect(existsSync(join(project, "runs"))).toBe(false);
    }
  });

  it("stay with a run that is taken up again, and so does the reason", async () => {
    const project = projectFolder({ epochs: 3 });
    const { started } = await run(project, {
      onEvent: (event, control) => {
        if (event.event === "epoch") control.cancel();
      },
    });
    const again = await run(project, { request: { resume: true } });
    expect(again.stages).toEqual([]);
    expect(again.started).toMatchObject({
      engine: started?.engine,
      device: started?.device,
      reason: started?.reason,
      resumedFrom: expect.anything() as unknown,
    });
  });
});

describe("what was measured", () => {
  it("is remembered for the network and the machine", async () => {
    const project = projectFolder();
    const first = await run(project);
    const second = await run(project, { now: () => day(3) });
    expect(second.stages).toEqual([]);
    expect(second.started).toMatchObject({
      engine: first.started?.engine,
      device: first.started?.device,
      reason: `measured earlier on this machine (2026-01-01): ${first.started?.reason ?? ""}`,
    });
    // Another learning rate, seed or number of epochs is the same work; another batch size is not.
    expect((await run(project, { request: { seed: 99, epochs: 2 }, now: () => day(3) })).stages).toEqual([]);
    edit(project, { optimizer: { type: "Adam", lr: 0.5 } });
    expect((await run(project, { now: () => day(3) })).stages).toEqual([]);
    edit(project, { batchSize: 32 });
    expect((await run(project, { now: () => day(3) })).stages).not.toEqual([]);
  });

  it("is measured again after a month, and where the memory is damaged", async () => {
    const project = projectFolder();
    await run(project);
    expect((await run(project, { now: () => day(32) })).stages).not.toEqual([]);
    writeFileSync(memoryOf(project), '{"version":1,"choices":{"a":{}}');
    expect((await run(project, { now: () => day(33) })).stages).not.toEqual([]);
    expect((await run(project, { now: () => day(34) })).stages).toEqual([]);
  });

  it.skipIf(refusal === undefined)("is measured again, and said so, where the fastest no longer works", async () => {
    const project = projectFolder();
    await run(project);
    const memory = readFileSync(memoryOf(project), "utf8")
      .replace(/"device": "\w+"/, '"device": "webgpu"')
      .replace(/"engine": "\w+"/, '"engine": "onnxruntime"');
    writeFileSync(memoryOf(project), memory);
    const { events, stages, started } = await run(project);
    expect(events).toContainEqual({
      event: "log",
      level: "warning",
      message: `onnxruntime webgpu, which was the fastest before, no longer works (${refusal ?? ""}); measuring anew`,
    });
    expect(stages).not.toEqual([]);
    expect(started?.device).toBe("cpu");
  });

  it("does not hold for one that the process did not survive, until a month is over", async () => {
    const { bench, candidates, memoryAt } = await settling(projectFolder());
    const gpu = { engine: "onnxruntime", device: "webgpu" };
    await memoryAt(1).trying(gpu);
    // The process is gone; the next one reads what it left.
    expect(memoryAt(2).refusal(gpu)).toMatch(/^the engine process ended while it was tried on 2026-01-01; to try again, delete .*engine-choices.json$/);
    expect(memoryAt(2).refusal({ engine: "onnxruntime", device: "cpu" })).toBeUndefined();
    expect(memoryAt(32).refusal(gpu)).toBeUndefined();
    const batches = bench.trainingLoader();
    const stages: string[] = [];
    const settled = await settleEngine(
      { bench, candidates, batches, memory: memoryAt(2) },
      {
        clock: longClock,
        now: () => day(2),
        control: new TrainingControl(),
        emit: (event) => {
          if (event.event === "stage") stages.push(event.stage);
        },
      },
    );
    await settled.trainer.dispose();
    await batches.dispose();
    expect(settled.bench.choice.reason).toMatch(/excluded: onnxruntime webgpu \(the engine process ended while it was tried on 2026-01-01/);
    expect(stages.some((stage) => stage.startsWith("trying onnxruntime webgpu"))).toBe(false);
    await memoryAt(2).survived(gpu);
    expect(memoryAt(3).refusal(gpu)).toBeUndefined();
  });
});

describe("the trainer that is handed over", () => {
  it("stands where a new one stands, whoever was tried on it", async () => {
    const { bench, candidates, memoryAt } = await settling(projectFolder());
    const batches = bench.trainingLoader();
    const settled = await settleEngine(
      { bench, candidates, batches, memory: memoryAt(1) },
      { clock: longClock, now: () => day(1), control: new TrainingControl(), emit: () => undefined },
    );
    const fresh = await Trainer.create(bench.spec, settled.bench.choice.engine, settled.bench.compile, bench.project.seed);
    expect(settled.trainer.state).toEqual(fresh.state);
    await settled.trainer.dispose();
    await fresh.dispose();
    await batches.dispose();
  });
});

describe("candidates", () => {
  it("are what fits the wish, the usual one first", async () => {
    const names = async (engine: string, device: string) => (await engineCandidates(engine, device)).map((one) => `${one.engine} ${one.device}`);
    const all = await names("auto", "auto");
    expect(all[0]).toBe("onnxruntime cpu");
    expect(new Set(all).size).toBe(all.length);
    expect(await names("onnxruntime", "cpu")).toEqual(["onnxruntime cpu"]);
    expect(await names("auto", "cpu")).toEqual(all.filter((name) => name.endsWith(" cpu")));
    expect(await names("onnxruntime", "auto")).toEqual(all.filter((name) => name.startsWith("onnxruntime ")));
    expect(await names("auto", "abacus")).toEqual([]);
  });
});

describe("an engine that is chosen without a trial", () => {
  it("is the first that is there, and one that is not is refused with what there is", async () => {
    expect(await chooseEngine("auto", "auto")).toMatchObject({ engine: { name: "onnxruntime" }, device: "cpu" });
    await expect(chooseEngine("auto", "abacus")).rejects.toMatchObject({
      code: "engine.unavailable",
      message: expect.stringMatching(/^onnxruntime has no device abacus; it has cpu/) as unknown,
    });
    await expect(chooseEngine("loom", "auto")).rejects.toMatchObject({
      code: "engine.unavailable",
      message: expect.stringMatching(/^there is no engine loom; there are onnxruntime, tensorflow$/) as unknown,
    });
  });
});

/** A project's workbench with all that could run it. */
async function settling(folder: string) {
  const project = parseProject(JSON.parse(readFileSync(join(folder, "project.json"), "utf8")));
  const candidates = await engineCandidates("auto", "auto");
  const bench = await openWorkbench({ project, folder, choice: await chooseEngine("auto", "auto"), emit: () => undefined });
  return { bench, candidates, memoryAt: (n: number) => new EngineMemory(folder, bench.spec, candidates, bench.compile.threads, () => day(n)) };
}

/** Changes a project's training section. */
function edit(folder: string, change: object): void {
  const path = join(folder, "project.json");
  const project = JSON.parse(readFileSync(path, "utf8")) as { training: object };
  writeFileSync(path, JSON.stringify({ ...project, training: { ...project.training, ...change } }));
}
