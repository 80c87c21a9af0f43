import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  closeSync,
  constants,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { LatheError, toLatheError } from "../../src-main/base/errors.js";
import type { RunEvent } from "../../src-main/contract/events.js";
import type { ProjectInput } from "../../src-main/contract/project.js";
import { studioContract } from "../../src-main/contract/procedures.js";
import { createRouter } from "../../src-main/procedures/index.js";
import { createClient } from "../../src-main/rpc/client.js";
import { serveConnection } from "../../src-main/rpc/server.js";
import { createMemoryPair } from "../../src-main/rpc/transports/memory.js";
import { exportRun } from "../../src-main/services/models/exports.js";
import { createStudio } from "../../src-main/services/studio.js";
import { TrainingControl } from "../../src-main/training/process/control.js";
import { train } from "../../src-main/training/train.js";
import { launchHere } from "./engine-here.js";

/** What a stranger puts in the place of a file or a folder. */
export const TRICKS = ["link", "dangling", "pipe", "kind"] as const;
export type Trick = (typeof TRICKS)[number];

export const SORTS = ["table", "pictures"] as const;
export type Sort = (typeof SORTS)[number];

/**
 * Milliseconds that a look may take. Two seconds are promised, on a machine that has nothing else to do; other tests run beside this one, so three times as
 * long is not yet a hang.
 */
const LOOK = 6000;
/** Training, predicting and exporting read and write whole files and wait for threads to start: on a busy machine seconds. What hangs, hangs for ever. */
const WORK = 60_000;

/** Everything that a project may come with. @param project a trained one; the second run is cut off in its second epoch */
export async function enrich(project: string): Promise<void> {
  const control = new TrainingControl();
  const emit = ({ event }: RunEvent) => event === "epoch" && control.cancel();
  const written = readFileSync(join(project, "project.json"), "utf8");
  const { training, ...rest } = JSON.parse(written) as ProjectInput;
  writeFileSync(
    join(project, "project.json"),
    JSON.stringify({ ...rest, training: { ...training, checkpointSeconds: 0.001, engine: "onnxruntime", device: "cpu", threads: 1 } }),
  );
  await train({ project, epochs: 3 }, { emit: (event) => void emit(event), control, clock: () => performance.now(), now: () => new Date() });
  const runs = join(project, "runs");
  const first = join(runs, "0001");
  writeFileSync(join(first, "label.json"), JSON.stringify({ name: "first", note: "mine" }));
  cpSync(first, join(runs, ".trash", "0003"), { recursive: true });
  const second = join(runs, "0002");
  for (const name of ["report.json", "model.onnx"]) cpSync(join(first, name), join(first, `previous-${name}`));
  writeFileSync(join(second, "error.json"), JSON.stringify({ code: "data.missing", message: "it is gone", details: {} }));
  writeFileSync(join(second, "lock"), "{}");
  writeFileSync(join(project, "quarantine.json"), JSON.stringify({ version: 1, pictures: [] }));
  writeFileSync(join(project, "project.lathe"), "opens it");
  mkdirSync(join(project, ".lathe"), { recursive: true });
  if (!existsSync(join(project, ".lathe", "engine-choices.json")))
    writeFileSync(join(project, ".lathe", "engine-choices.json"), JSON.stringify({ version: 1, choices: {}, trying: {} }));
}

/**
 * Every file and folder below a project, once for each kind: a second run and one in the trash hold the same files as the first, one picture stands for all,
 * and the runs of pictures are those of tables.
 */
export function pathsOf(project: string, sort: Sort): readonly string[] {
  const all = readdirSync(project, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .sort();
  const again = [/^runs\/\.trash\/0003\/(?!config\.json$)/, ...(sort === "pictures" ? [/^runs$/, /^runs\//] : []), /^pictures\/(?!red($|\/red-0))/];
  return all.filter((path) => !again.some((pattern) => pattern.test(path)));
}

/** Names, kinds and contents of everything in a folder. */
export function treeOf(folder: string): ReadonlyMap<string, string> {
  return new Map(
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .sort()
      .map((path) => [path, contentOf(join(folder, path))]),
  );
}

function contentOf(path: string): string {
  const found = lstatSync(path);
  if (found.isSymbolicLink()) return `link to ${readlinkSync(path)}`;
  if (!found.isFile()) return found.isDirectory() ? "folder" : found.isFIFO() ? "pipe" : "something else";
  return createHash("sha256").update(readFileSync(path)).digest("hex");
}

/** Makes pipes, many at once: a process for each takes long. */
export class Pipes {
  readonly #folder: string;
  readonly #ready: string[] = [];
  #made = 0;

  constructor(folder: string) {
    this.#folder = folder;
  }

  put(at: string): void {
    if (this.#ready.length === 0) {
      mkdirSync(this.#folder, { recursive: true });
      const fresh = Array.from({ length: 50 }, () => join(this.#folder, String(this.#made++)));
      execFileSync("mkfifo", fresh);
      this.#ready.push(...fresh);
    }
    renameSync(this.#ready.pop() ?? "", at);
  }
}

/** Puts a trick in the place of a path. @param like the same path outside of the project @param nowhere a path outside where nothing is */
export function play(trick: Trick, path: string, { like, nowhere, pipes }: { readonly like: string; readonly nowhere: string; readonly pipes: Pipes }): void {
  const wasFolder = statSync(path).isDirectory();
  rmSync(path, { recursive: true });
  switch (trick) {
    case "link":
      return symlinkSync(like, path);
    case "dangling":
      return symlinkSync(nowhere, path);
    case "pipe":
      return pipes.put(path);
    case "kind":
      if (wasFolder) return writeFileSync(path, "a file");
      mkdirSync(path);
      return writeFileSync(join(path, "inside"), "a file in a folder that was a file");
  }
}

/** Lets go of whoever waits for a pipe to have another end. */
export function releasePipe(path: string): void {
  if (existsSync(path) && lstatSync(path).isFIFO()) closeSync(openSync(path, constants.O_RDWR | constants.O_NONBLOCK));
}

/** Ends this process, with a word, where a call blocks its thread so that no timer of its own goes off. */
export function watchThread(): { readonly at: (what: string) => void; readonly end: () => Promise<number> } {
  const worker = new Worker(
    `
    const { parentPort, workerData } = require("node:worker_threads");
    let timer;
    parentPort.on("message", (what) => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        require("node:fs").writeSync(2, "blocked for " + workerData / 1000 + " s: " + what + "\\n");
        process.kill(process.pid, "SIGKILL");
      }, workerData);
    });
  `,
    { eval: true, workerData: 2 * WORK },
  );
  return { at: (what) => worker.postMessage(what), end: () => worker.terminate() };
}

export interface JourneySetting {
  /** The folder that the studio may use; the project lies in it. */
  readonly root: string;
  readonly sort: Sort;
  readonly at: (what: string) => void;
}

export type Training = "new" | "0001" | "0002";

/** Which training meets a path. */
export function trainingAt(path: string): readonly Training[] {
  if (path.startsWith("runs/.trash/")) return [];
  return path.startsWith("runs/0001") ? ["0001"] : path.startsWith("runs/0002") ? ["0002"] : ["new"];
}

export interface Travelled {
  /** What went otherwise than promised. */
  readonly faults: readonly string[];
  /** What was refused, and why. */
  readonly refused: readonly string[];
}

export interface Journey {
  /** Opens, looks, exports, predicts, trains, resumes, deletes, restores and empties. @param trainings which of them */
  go(project: string, trainings: readonly Training[]): Promise<Travelled>;
  close(): Promise<void>;
}

/** One studio, as a page has it, in which one project after the other is opened; its engines work in this process. */
export function openJourney({ root, sort, at }: JourneySetting): Journey {
  const studio = createStudio({ allowedFolders: [root], home: join(root, "state"), launch: launchHere });
  const [page, host] = createMemoryPair();
  serveConnection({ contract: studioContract, router: createRouter(studio, { host: "server" }), transport: host });
  const client = createClient(studioContract, page);
  const { procedures: ask } = client;
  const follow = (name: Parameters<typeof client.subscribe>[0], params: unknown) =>
    new Promise<void>((resolve, reject) => {
      client.subscribe(name, params as never, { next: () => undefined, end: (error) => (error ? reject(error) : resolve()) });
    });

  async function go(project: string, trainings: readonly Training[]): Promise<Travelled> {
    const faults: string[] = [];
    const refused: string[] = [];
    const say = async (what: string, bound: number, work: () => Promise<unknown>): Promise<boolean> => {
      at(`${project}: ${what}`);
      const start = performance.now();
      try {
        await inTime(bound, work());
        return true;
      } catch (thrown) {
        const error = toLatheError(thrown);
        refused.push(`${what}: ${error.code}: ${error.message}`);
        if (error.code === "internal")
          faults.push(`${what} is internal: ${error.message} ${thrown instanceof LatheError ? "" : thrown instanceof Error ? (thrown.stack ?? "") : ""}`);
        if (error.code === "rpc.invalid" || error.code === "rpc.closed") faults.push(`${what} is ${error.code}: ${error.message}`);
        return false;
      } finally {
        const took = performance.now() - start;
        if (took > bound) faults.push(`${what} took ${Math.round(took)} ms, expected at most ${bound}`);
      }
    };
    const look = (what: string, work: () => Promise<unknown>) => say(what, LOOK, work);
    const work = (what: string, job: () => Promise<unknown>) => say(what, WORK, job);
    const run = { project, run: "0001" };
    const target = sort === "table" ? "good" : "colour";
    const data = join(project, sort === "table" ? "table.csv" : "pictures");
    const picture = { picture: "red/red-0.bmp", test: false };
    const out = (name: string) => join(root, "out", name);

    await look("open", () => ask.projects.open({ project }));
    await look("read", () => ask.projects.read({ project }));
    await look("write", async () => {
      const { document, revision } = await ask.projects.read({ project });
      await ask.projects.write({ project, document, revision });
    });
    await look("rows", () => ask.data.rows({ project, offset: 0, limit: 20, filters: [] }));
    await look("columns", () => follow("columns", { project }));
    await look("runs", () => ask.runs.list({ project }));
    for (const id of ["0001", "0002"]) {
      const one = { project, run: id };
      await look(`metrics of ${id}`, () => ask.runs.metrics(one));
      await look(`settings of ${id}`, () => ask.runs.settings(one));
      await look(`log of ${id}`, () => ask.runs.log(one));
      await look(`run ${id}`, () => follow("run", one));
      await look(`describe ${id}`, () => ask.runs.describe({ ...one, note: "new" }));
    }
    await look("report", () => ask.evaluation.report(run));
    await look("curves", () => ask.evaluation.curves({ ...run, split: "test", target, ...(sort === "table" ? {} : { class: "red" }) }));
    await look("judged rows", () => ask.evaluation.rows({ ...run, split: "test", target, show: "all", order: "sure", offset: 0, limit: 10 }));
    await look("label errors", () => ask.evaluation.labelErrors({ ...run, target, offset: 0, limit: 10 }));
    await look("form", () => ask.prediction.form(run));
    await look("card", () => ask.exports.card(run));
    await look("trashed", () => ask.runs.trashed({ project }));
    await look("a project from a run", async () => rmSync((await ask.projects.createFromRun({ ...run, name: "again" })).project.path, { recursive: true }));
    if (sort === "pictures") {
      await look("thumbnails", () => ask.pictures.thumbnails({ project, pictures: [picture], side: 64 }));
      await look("sample", () => ask.pictures.sample({ project, ...picture, side: 64 }));
      await look("picture file", () => ask.pictures.file({ path: join(data, picture.picture), side: 64 }));
      await look("try again", () => ask.pictures.tryAgain({ project, pictures: [picture] }));
      await look("correct", () => ask.pictures.correct({ project, corrections: [{ ...picture, excluded: true }] }));
      await look("correct back", () => ask.pictures.correct({ project, corrections: [{ ...picture, excluded: false }] }));
      await work("layers", () => ask.pictures.layers(run));
    }
    await work("predict one", () =>
      ask.prediction.one({
        ...run,
        values: sort === "table" ? { size: "1", weight: "0.1", colour: "red", old: "no" } : { image: join(data, picture.picture) },
      }),
    );
    await work("predict", () => follow("predictTable", { ...run, data, out: out("answers.csv"), replace: true }));
    await work("export", () => follow("export", { ...run, format: "onnx", out: out("model.onnx"), replace: true }));
    await work("export the report", () => follow("export", { ...run, format: "report", out: out("report.json"), replace: true }));
    await work("export without preprocessing", () =>
      exportRun(join(project, "runs", "0001"), "onnx", out("bare.onnx"), { options: { preprocess: "none" }, launch: launchHere }),
    );
    if (trainings.includes("new")) {
      await work("audit", () => follow("audit", { project }));
      await look("plan", async () => ask.model.plan({ project, document: (await ask.projects.read({ project })).document }));
    }
    for (const training of trainings) {
      await work(`train ${training}`, async () =>
        follow("run", await ask.training.start({ project, ...(training === "new" ? { epochs: 1 } : { resume: training }) })),
      );
    }
    await look("delete 0001", () => ask.runs.trash({ project, runs: ["0001"] }));
    await look("trashed again", () => ask.runs.trashed({ project }));
    await look("restore 0003", () => ask.runs.restore({ project, runs: ["0003"] }));
    await look("restore 0001", () => ask.runs.restore({ project, runs: ["0001"] }));
    await look("delete 0002", () => ask.runs.trash({ project, runs: ["0002"] }));
    await look("empty the trash", () => ask.runs.emptyTrash({ project }));
    await look("projects", () => ask.projects.list({}));
    await look("forget", () => ask.projects.forget({ project }));
    await studio.tables.close();
    return { faults, refused };
  }

  return {
    go,
    async close() {
      client.dispose();
      studio.prediction.close();
      await studio.tables.close();
    },
  };
}

async function inTime(bound: number, work: Promise<unknown>): Promise<unknown> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new LatheError("cancelled", "too late")), bound + 1)));
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
