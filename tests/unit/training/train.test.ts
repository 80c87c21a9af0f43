import { appendFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Worker } from "node:worker_threads";
import { afterEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { LatheError, toLatheError } from "../../../src-main/base/errors.js";
import type { DoneEvent } from "../../../src-main/contract/events.js";
import type { Executable } from "../../../src-main/engines/engine.js";
import { onnxruntimeEngine } from "../../../src-main/engines/onnxruntime/index.js";
import { predictTable } from "../../../src-main/training/models/predict-table.js";
import { TrainingControl } from "../../../src-main/training/process/control.js";
import { train } from "../../../src-main/training/train.js";
import { creditTable, writeCreditProject } from "../../support/lathe.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const training = { epochs: 1, batchSize: 256, engine: "onnxruntime", device: "cpu" } as const;
const setting = () => ({ emit: () => undefined, control: new TrainingControl(), clock: () => performance.now(), now: () => new Date() });
const run = (project: string, resume = false): Promise<DoneEvent | LatheError> =>
  train({ project, ...(resume ? { resume } : {}) }, setting()).catch(toLatheError);

afterEach(() => vi.restoreAllMocks());

/** Counts what is opened from now on and has not been let go of. @param refuse which session, counted from 1, is not opened */
function watchOpened(refuse = 0): { readonly sessions: Set<Executable>; readonly threads: Set<Worker>; readonly asked: () => number } {
  const [sessions, threads] = [new Set<Executable>(), new Set<Worker>()];
  let asked = 0;
  for (const way of ["compile", "load"] as const) {
    const open = onnxruntimeEngine[way].bind(onnxruntimeEngine) as (...args: unknown[]) => Promise<Executable>;
    vi.spyOn(onnxruntimeEngine, way).mockImplementation(async (...args: unknown[]) => {
      if (++asked === refuse) throw new LatheError("engine.failed", "no room for a session");
      const session = await open(...args);
      sessions.add(session);
      const dispose = session.dispose.bind(session);
      session.dispose = () => {
        sessions.delete(session);
        return dispose();
      };
      return session;
    });
  }
  const count = (worker: Worker) => {
    threads.add(worker);
    worker.once("exit", () => threads.delete(worker));
  };
  process.on("worker", count);
  onTestFinished(() => void process.off("worker", count));
  return { sessions, threads, asked: () => asked };
}

function locks(project: string): readonly string[] {
  return readdirSync(project, { recursive: true, encoding: "utf8" }).filter((path) => /(^|[\\/])lock$/.test(path));
}

function spoilCheckpoints(folder: string): void {
  for (const name of readdirSync(folder)) writeFileSync(join(folder, name), "not one");
}

describe("a run that fails leaves no session, no thread and no lock", () => {
  it("whichever of its sessions cannot be opened", async () => {
    const project = writeCreditProject(temporaryFolder(), training);
    const whole = watchOpened();
    expect(await run(project)).toMatchObject({ ended: "completed" });
    expect([whole.sessions.size, whole.threads.size, locks(project)]).toEqual([0, 0, []]);
    vi.restoreAllMocks();
    // The data is prepared by now: the sessions are those of training, of judging, and of the comparison with the exported file.
    let sessions = 0;
    for (let refused = 1; ; refused++) {
      const opened = watchOpened(refused);
      const ended = await run(project);
      if (!(ended instanceof LatheError)) break;
      sessions++;
      expect(ended).toMatchObject({ code: "engine.failed", message: expect.stringContaining("no room for a session") });
      expect([opened.sessions.size, opened.threads.size, locks(project)], `session ${refused}`).toEqual([0, 0, []]);
      vi.restoreAllMocks();
    }
    expect(sessions).toBeGreaterThanOrEqual(4);
  });

  it.each<readonly [string, string, (project: string) => void, boolean]>([
    ["the run cannot have a folder", "run.storage", (project) => writeFileSync(join(project, "runs"), "a file"), false],
    ["no checkpoint is whole", "run.checkpoint", (project) => spoilCheckpoints(join(project, "runs", "0001", "checkpoint")), true],
    [
      "numbers stop being numbers",
      "training.not-finite",
      (project) => void writeCreditProject(project, { ...training, optimizer: { type: "SGD", lr: 1e30 } }),
      false,
    ],
  ])("where %s", async (_, code, spoil, resumes) => {
    const project = writeCreditProject(temporaryFolder(), training);
    if (resumes) await run(project);
    spoil(project);
    const opened = watchOpened();
    expect(await run(project, resumes)).toMatchObject({ code });
    expect(opened.asked()).toBeGreaterThan(0);
    expect([opened.sessions.size, opened.threads.size, locks(project)]).toEqual([0, 0, []]);
  });
});

it("predicting a long table leaves no listener behind with each batch: Node would warn", async () => {
  const project = writeCreditProject(temporaryFolder(), training);
  const done = await train({ project }, setting());
  const long = join(project, "long.csv");
  const [head = "", ...rows] = readFileSync(creditTable, "utf8").trim().split("\n");
  writeFileSync(long, `${head}\n`);
  for (let k = 0; k < 15; k++) appendFileSync(long, `${rows.join("\n")}\n`);
  const out = join(project, "out", "answers.csv");
  mkdirSync(join(project, "out"));
  const warnings: Error[] = [];
  const hear = (warning: Error) => void warnings.push(warning);
  process.on("warning", hear);
  try {
    expect(await predictTable({ model: done.model ?? "", data: long, out }, setting())).toMatchObject({ samples: 66_810 });
    // Warnings are told a turn later.
    await new Promise(setImmediate);
  } finally {
    process.off("warning", hear);
  }
  expect(warnings).toEqual([]);
  expect(existsSync(out)).toBe(true);
});
