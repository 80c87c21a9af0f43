import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, statSync, watch, writeFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { expect } from "vitest";
import { build } from "vite";
import { packageRoot } from "../../src-main/base/entries.js";
import { type Random } from "../../src-main/base/random.js";
import type { ProjectInput } from "../../src-main/contract/project.js";
import { createFolderAccess } from "../../src-main/services/files/folder-access.js";
import { createJobRegistry } from "../../src-main/services/jobs/job-registry.js";
import { restoreRuns } from "../../src-main/services/runs/run-trash.js";
import { createRuns } from "../../src-main/services/runs/runs.js";
import {
  type CommandResult,
  type JsonEvent,
  creditLayers,
  creditTable,
  killAll,
  last,
  lathe,
  sha256,
  startLathe,
  startNode,
  writeCreditProject,
} from "./lathe.js";
import { writeClasses } from "./pictures.js";

/**
 * What is killed, and the kinds of data it works on. Each tells how it is killed and what must hold afterwards; a kill is SIGKILL to the command and its
 * engine.
 */
export const PHASES = ["new", "preparing", "training", "finishing", "export", "export-bare", "predict", "trash"] as const;
export type Phase = (typeof PHASES)[number];
export const KINDS = ["table", "pictures"] as const;
export type Kind = (typeof KINDS)[number];

export interface Killed {
  readonly phase: Phase;
  readonly kind: Kind;
  /** In words: the last event or file before it, and how much later. */
  readonly moment: string;
  /** False where the command ended before the blow fell; it does not count. */
  readonly hit: boolean;
  /** Files that are left beside what was being written. */
  readonly leftovers: readonly string[];
}

/** What undisturbed commands made: bytes to compare with. */
interface Reference {
  readonly project: string;
  readonly data: string;
  readonly model: string;
  readonly kept: readonly string[];
  /** As it is exported: with its certificate, and without preprocessing. */
  readonly taken: string;
  readonly bare: string;
  readonly answers: string;
  /** By path in the run's folder, sha256. */
  readonly files: Readonly<Record<string, string>>;
}

const EPOCHS = 8;

/** Prepares what the kills are compared with. `folder` holds everything that is made. */
export async function openKills(
  folder: string,
  random: Random,
): Promise<{ readonly kill: (phase: Phase, kind: Kind) => Promise<Killed>; readonly close: () => void }> {
  const references = { table: await referenceOf(folder, "table"), pictures: await referenceOf(folder, "pictures") };
  const loop = await bundleTrashLoop();
  let count = 0;
  return {
    async kill(phase, kind) {
      const home = join(folder, `kill-${++count}`);
      mkdirSync(home);
      const killed = await new Kill({ home, kind, reference: references[kind], random, loop }).run(phase);
      rmSync(home, { recursive: true, force: true });
      return killed;
    },
    close: () => rmSync(loop, { force: true }),
  };
}

async function referenceOf(folder: string, kind: Kind): Promise<Reference> {
  const project = join(folder, `reference-${kind}`);
  const data = kind === "table" ? creditTable : join(folder, "pictures");
  if (kind === "pictures") await writeClasses(data, ["dark", "light", "middling"], 40, { width: 20, height: 20 });
  writeProject(project, kind, data);
  const { events } = await succeed("train", project);
  const model = String(last(events, "done")["model"]);
  const [taken, bare, answers] = [join(folder, `taken-${kind}.onnx`), join(folder, `bare-${kind}.onnx`), join(folder, `answers-${kind}.csv`)];
  await succeed("export", project, "--format", "onnx", "--out", taken);
  await succeed("export", project, "--format", "onnx", "--preprocess", "none", "--out", bare);
  await succeed("predict", model, data, "--out", answers);
  const run = join(project, "runs", "0001");
  return { project, data, model: sha256(model), kept: keptOf(run), taken: sha256(taken), bare: sha256(bare), answers: sha256(answers), files: hashes(run) };
}

/** Everything that has state, saved every moment: dropout, batch norm, Adam, a schedule by step, early stopping; of pictures augmentation. */
function writeProject(folder: string, kind: Kind, data: string): void {
  const training: ProjectInput["training"] = {
    epochs: EPOCHS,
    batchSize: kind === "table" ? 16 : 8,
    optimizer: { type: "Adam", lr: 0.005 },
    schedule: { type: "OneCycleLR", maxLr: 0.01 },
    earlyStopping: { patience: 20 },
    checkpointSeconds: 0.02,
    engine: "onnxruntime",
    device: "cpu",
    threads: 1,
  };
  if (kind === "table") {
    writeCreditProject(folder, training, [...creditLayers.slice(0, 3), { id: "drop", type: "Dropout", p: 0.2 }, ...creditLayers.slice(3)]);
    return;
  }
  mkdirSync(folder, { recursive: true });
  const project: ProjectInput = {
    version: 1,
    name: "pictures",
    seed: 7,
    data: {
      source: { type: "image-folder", path: data },
      inputs: [
        {
          name: "image",
          type: "image",
          column: "image",
          size: [16, 16],
          augment: [{ type: "RandomHorizontalFlip" }, { type: "ColorJitter", brightness: 0.2 }],
        },
      ],
      targets: [{ name: "label", type: "category", column: "label" }],
    },
    model: {
      layers: [
        { id: "conv", type: "Conv2d", from: ["image"], outChannels: 8, kernelSize: 3 },
        { id: "bn", type: "BatchNorm2d" },
        { id: "act", type: "ReLU" },
        { id: "pool", type: "MaxPool2d", kernelSize: 2 },
        { id: "flat", type: "Flatten" },
        { id: "drop", type: "Dropout", p: 0.2 },
        { id: "fc", type: "Linear", outFeatures: "classes" },
      ],
      outputs: [{ target: "label", from: "fc" }],
    },
    training,
  };
  writeFileSync(join(folder, "project.json"), JSON.stringify(project));
}

interface Setting {
  readonly home: string;
  readonly kind: Kind;
  readonly reference: Reference;
  readonly random: Random;
  readonly loop: string;
}

/** When the blow falls: so many milliseconds after the `nth` event or file that fits, or after the start where nothing is waited for. */
interface Moment {
  readonly event?: { readonly fits: (event: JsonEvent) => boolean; readonly nth: number; readonly name: string };
  readonly file?: { readonly folder: string; readonly name: string };
  readonly after: number;
}

class Kill {
  readonly #s: Setting;

  constructor(setting: Setting) {
    this.#s = setting;
  }

  run(phase: Phase): Promise<Killed> {
    switch (phase) {
      case "new":
        return this.#create();
      case "preparing":
      case "training":
      case "finishing":
        return this.#train(phase);
      case "export":
        return this.#export([], this.#s.reference.taken, phase);
      case "export-bare":
        return this.#export(["--preprocess", "none"], this.#s.reference.bare, phase);
      case "predict":
        return this.#predict();
      case "trash":
        return this.#trash();
    }
  }

  /** What is begun anew makes the same project as one that was never killed, and it trains. */
  async #create(): Promise<Killed> {
    const {
      home,
      reference: { data },
      random,
    } = this.#s;
    const project = join(home, "project");
    const args = ["new", project, "--data", data];
    const killed = await this.#blow(
      "new",
      args,
      pick(random, [{ after: random.below(900) }, { file: { folder: home, name: "project" }, after: random.below(30) }]),
    );
    if (existsSync(join(project, "project.json"))) JSON.parse(readFileSync(join(project, "project.json"), "utf8"));
    else await succeed(...args);
    await succeed("inspect", project);
    return { ...killed, leftovers: strange(project, /^(project\.json|.*\.lathe|runs)$/) };
  }

  async #train(phase: "preparing" | "training" | "finishing"): Promise<Killed> {
    const { home, kind, reference } = this.#s;
    const project = join(home, "project");
    writeProject(project, kind, reference.data);
    // What is not about reading the data need not read it again.
    if (phase !== "preparing") cpSync(join(reference.project, ".lathe"), join(project, ".lathe"), { recursive: true });
    const before = readFileSync(join(project, "project.json"), "utf8");
    const run = join(project, "runs", "0001");
    const killed = await this.#blow(phase, ["train", project], this.#momentOf(phase, project));

    await expectNoFalseEnd(project, reference);
    const resume = existsSync(join(run, "config.json")) ? ["--resume"] : [];
    const { events, code, stderr } = await lathe("train", project, ...resume, "--json");
    expect(code, `${killed.moment}: ${stderr}`).toBe(0);
    const made = String(last(events, "done")["run"]);
    const folder = join(project, "runs", made);
    expect(sha256(String(last(events, "done")["model"])), `${killed.moment}: the model`).toBe(reference.model);
    expect(keptOf(folder), `${killed.moment}: the predictions`).toEqual(reference.kept);
    expect(last(events, "done")["ended"]).toBe("completed");
    expect(epochsOf(folder), `${killed.moment}: the epochs`).toEqual(Array.from({ length: EPOCHS }, (_, i) => i + 1));
    expect(existsSync(join(folder, "lock")), `${killed.moment}: the lock`).toBe(false);
    expect(readFileSync(join(project, "project.json"), "utf8")).toBe(before);
    return {
      ...killed,
      leftovers: [
        ...strange(folder, /^(config|report|inputs|previous-report)\.json$|^(previous-)?model\.onnx$|^metrics\.jsonl$|^log\.txt$|^predictions$|^checkpoint$/),
        ...strange(join(folder, "checkpoint"), /^(latest|previous)\.ckpt$/),
        ...strange(join(folder, "predictions"), /\.bin$/),
      ],
    };
  }

  #momentOf(phase: "preparing" | "training" | "finishing", project: string): Moment {
    const { random } = this.#s;
    const run = join(project, "runs", "0001");
    switch (phase) {
      case "preparing":
        return pick(random, [
          { after: 100 + random.below(900) },
          { event: { fits: ({ event }) => event === "stage", nth: 1 + random.below(5), name: "stage" }, after: random.below(40) },
          { event: { fits: ({ event }) => event === "run", nth: 1, name: "run" }, after: random.below(10) },
        ]);
      case "training":
        return { event: { fits: ({ event }) => event === "epoch", nth: 1 + random.below(EPOCHS - 1), name: "epoch" }, after: random.below(60) };
      case "finishing":
        return pick(random, [
          { event: { fits: ({ event, epoch }) => event === "epoch" && epoch === EPOCHS, nth: 1, name: "last epoch" }, after: random.below(150) },
          {
            event: { fits: ({ event, stage }) => event === "stage" && String(stage).startsWith("judging"), nth: 1 + random.below(2), name: "judging" },
            after: random.below(60),
          },
          { file: { folder: run, name: pick(random, ["predictions", "inputs.json", "model.onnx", "report.json"]) }, after: random.below(4) },
        ]);
    }
  }

  /** The file is there whole or not at all, and comes out the same when asked for again. */
  async #export(more: readonly string[], expected: string, phase: Phase): Promise<Killed> {
    const { home, reference, random } = this.#s;
    const out = join(home, "taken", "model.onnx");
    const args = ["export", reference.project, "--format", "onnx", "--out", out, ...more];
    const killed = await this.#blow(
      phase,
      args,
      pick(random, [{ after: random.below(more.length === 0 ? 500 : 1500) }, { file: { folder: home, name: "taken" }, after: random.below(8) }]),
    );
    if (existsSync(out)) expect(sha256(out), killed.moment).toBe(expected);
    await succeed(...args);
    expect(sha256(out), killed.moment).toBe(expected);
    return { ...killed, leftovers: strange(join(home, "taken"), /^model\.onnx$/) };
  }

  async #predict(): Promise<Killed> {
    const { home, reference, random } = this.#s;
    const out = join(home, "answers.csv");
    const args = ["predict", join(reference.project, "runs", "0001"), reference.data, "--out", out];
    const killed = await this.#blow(
      "predict",
      args,
      pick(random, [
        { after: 200 + random.below(1200) },
        { event: { fits: ({ event }) => event === "stage", nth: 1 + random.below(3), name: "stage" }, after: random.below(30) },
      ]),
    );
    if (existsSync(out)) expect(sha256(out), killed.moment).toBe(reference.answers);
    await succeed(...args);
    expect(sha256(out), killed.moment).toBe(reference.answers);
    return { ...killed, leftovers: strange(home, /^answers\.csv$/) };
  }

  /** Every run is in the list or in the trash, once, with all its files; and can be brought back. */
  async #trash(): Promise<Killed> {
    const { home, reference, random, loop } = this.#s;
    const project = join(home, "project");
    const ids = ["0001", "0002", "0003", "0004", "0005", "0006"];
    mkdirSync(join(project, "runs"), { recursive: true });
    cpSync(join(reference.project, "project.json"), join(project, "project.json"));
    for (const id of ids) cpSync(join(reference.project, "runs", "0001"), join(project, "runs", id), { recursive: true });
    const nth = 1 + random.below(40);
    const after = random.below(3);
    let heard = 0;
    const command = startNode([loop, project, ...ids], () => {
      if (++heard === nth) setTimeout(() => killAll(command), after);
    });
    const { code, stderr } = await command.result;
    expect(code, stderr).toBeNull();
    const [listed, trashed] = [runsIn(join(project, "runs")), runsIn(join(project, "runs", ".trash"))];
    expect([...listed, ...trashed].sort()).toEqual(ids);
    if (trashed.length > 0) await restoreRuns(project, trashed);
    expect(runsIn(join(project, "runs"))).toEqual(ids);
    for (const id of ids) expect(hashes(join(project, "runs", id)), id).toEqual(reference.files);
    expect((await runs.list(project)).map(({ status, model }) => [status, model])).toEqual(ids.map(() => ["completed", true]));
    return {
      phase: "trash",
      kind: this.#s.kind,
      moment: `move ${nth}, ${after} ms later`,
      hit: true,
      leftovers: strange(join(project, "runs"), /^\d{4}$|^\.trash$/),
    };
  }

  /** Runs a command and kills it at a moment. */
  async #blow(phase: Phase, args: readonly string[], { event, file, after }: Moment): Promise<Killed> {
    let seen = 0;
    let due = false;
    const strike = (): void => {
      if (due) return;
      due = true;
      if (after === 0) killAll(command);
      else setTimeout(() => killAll(command), after);
    };
    const command = startLathe([...args, "--json"], (heard) => {
      if (event?.fits(heard) && ++seen === event.nth) strike();
    });
    const watching = new AbortController();
    if (!event && !file) strike();
    // The folder may not be there yet.
    if (file)
      void appearance(file, watching.signal).then((there) => {
        if (there) strike();
      });
    const { code, stderr } = await command.result;
    watching.abort();
    const hit = code === null;
    if (!hit) expect(code, stderr).toBe(0);
    const what = event ? `${event.name} ${event.nth}` : file ? `file ${file.name}` : "start";
    return { phase, kind: this.#s.kind, moment: `${what}, ${after} ms later`, hit, leftovers: [] };
  }
}

const runs = createRuns(
  createFolderAccess(null),
  createJobRegistry(() => Promise.reject(new Error("not asked for"))),
);

/** A run that counts as ended has its model, with the right bytes, and none counts as running. */
async function expectNoFalseEnd(project: string, { model }: Reference): Promise<void> {
  for (const { status, model: there, folder } of await runs.list(project)) {
    expect(status).not.toBe("running");
    expect(status).not.toBe("failed");
    if (status === "interrupted") continue;
    expect(there, `${folder} counts as ${status}`).toBe(true);
    expect(sha256(join(folder, "model.onnx"))).toBe(model);
  }
}

/** Resolves as soon as a name appears in a folder; undefined where it is called off first. */
async function appearance({ folder, name }: { readonly folder: string; readonly name: string }, signal: AbortSignal): Promise<true | undefined> {
  while (!existsSync(folder)) {
    if (signal.aborted) return undefined;
    await pause(1);
  }
  if (existsSync(join(folder, name))) return true;
  return new Promise((resolve) => {
    const watcher = watch(folder, (_, changed) => {
      if (changed !== name) return;
      watcher.close();
      resolve(true);
    });
    signal.addEventListener(
      "abort",
      () => {
        watcher.close();
        resolve(undefined);
      },
      { once: true },
    );
  });
}

async function succeed(...args: readonly string[]): Promise<CommandResult> {
  const result = await lathe(...args, "--json");
  expect(result.code, `${args.join(" ")}: ${result.stderr}`).toBe(0);
  return result;
}

function pick<T>(random: Random, from: readonly T[]): T {
  return from[random.below(from.length)]!;
}

function keptOf(run: string): readonly string[] {
  return ["validation.bin", "test.bin"].map((name) => sha256(join(run, "predictions", name)));
}

function epochsOf(run: string): readonly number[] {
  return readFileSync(join(run, "metrics.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { epoch: number }).epoch);
}

function runsIn(folder: string): readonly string[] {
  return existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => /^\d{4}$/.test(name))
        .sort()
    : [];
}

/** Names in a folder that are none of those that belong there. */
function strange(folder: string, known: RegExp): readonly string[] {
  return existsSync(folder) ? readdirSync(folder).filter((name) => !known.test(name) && name !== ".lathe" && name !== basename(creditTable)) : [];
}

function hashes(folder: string): Readonly<Record<string, string>> {
  const all = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => statSync(join(folder, path)).isFile())
    .sort();
  return Object.fromEntries(all.map((path) => [relative(folder, join(folder, path)), sha256(join(folder, path))]));
}

/** The program of `trash-loop.ts`, where it finds its packages. */
async function bundleTrashLoop(): Promise<string> {
  const name = `trash-loop-${process.pid}`;
  const folder = join(packageRoot, "out", name);
  await build({
    root: packageRoot,
    configFile: false,
    publicDir: false,
    logLevel: "error",
    build: {
      ssr: true,
      outDir: folder,
      rolldownOptions: { input: join(packageRoot, "tests", "support", "trash-loop.ts"), output: { entryFileNames: "loop.mjs" } },
    },
  });
  const path = join(packageRoot, "out", `${name}.mjs`);
  renameSync(join(folder, "loop.mjs"), path);
  rmSync(folder, { recursive: true });
  return path;
}
