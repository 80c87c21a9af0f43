import "./as-engine.js";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { Random } from "../../src-main/base/random.js";
import { LatheError, toLatheError } from "../../src-main/base/errors.js";
import { type ProjectInput, parseProject } from "../../src-main/contract/project.js";
import { chooseEngine, engineCandidates } from "../../src-main/engines/index.js";
import { TrainingControl } from "../../src-main/training/process/control.js";
import { type EnginePlace, isClearlyFaster, nameOf } from "../../src-main/training/process/engine-decision.js";
import { EngineMemory } from "../../src-main/training/process/engine-memory.js";
import { settleEngine } from "../../src-main/training/process/settle-engine.js";
import { timeSteps } from "../../src-main/training/time-steps.js";
import { Trainer } from "../../src-main/training/trainer.js";
import { type Workbench, openWorkbench } from "../../src-main/training/workbench.js";
import { type NetworkName, type StepCase, benchmarkProject, chosenCases } from "./networks.js";
import { findPyTorch, median, startPyTorch } from "./pytorch-peer.js";

/**
 * Every network's step on every engine and device that works here and on PyTorch, in turns; what `auto` chose beforehand, and whether it was right: `bench
 * engines [network…]`.
 */
const ROUNDS = 5;
const ROWS = 1000;
const [PICTURES, CLASSES] = [350, 7];
/** Networks whose samples a project can read. */
const READ = ["small", "large", "cnn", "resnet"] as const satisfies readonly NetworkName[];
type ReadNetwork = (typeof READ)[number];

const setting = { control: new TrainingControl(), clock: () => performance.now(), now: () => new Date(), emit: () => undefined };
const found = findPyTorch();
const torch = found && startPyTorch(found);
console.log(torch ? `PyTorch ${torch.version}` : "PyTorch is not installed (Debian: apt-get install python3-torch): only ours is timed");
const candidates = await engineCandidates("auto", "auto");
for (const one of chosenCases()) {
  const network = READ.find((name) => name === one.network);
  if (network) await compare({ ...one, network });
  else console.log(`${one.network} excluded: bench step-time times its steps`);
}
torch?.close();

async function compare({ network, batch, steps }: StepCase & { readonly network: ReadNetwork }): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "lathe-bench-"));
  const trainers = new Map<string, { readonly place: EnginePlace; readonly trainer: Trainer; readonly times: number[] }>();
  const bench = await openBench(folder, network, batch);
  const batches = bench.trainingLoader();
  try {
    const start = performance.now();
    const memory = new EngineMemory(folder, bench.spec, candidates, bench.compile.threads, setting.now);
    const settled = await settleEngine({ bench, candidates, batches, memory }, setting);
    const seconds = (performance.now() - start) / 1000;
    await settled.trainer.dispose();
    const { choice } = settled.bench;
    const chosen = nameOf({ engine: choice.engine.name, device: choice.device });
    for (const place of candidates) {
      try {
        const { engine } = await chooseEngine(place.engine, place.device);
        const refusal = await engine.probe(place.device);
        if (refusal !== undefined) throw new LatheError("engine.unavailable", refusal);
        trainers.set(nameOf(place), { place, times: [], trainer: await Trainer.create(bench.spec, engine, { ...bench.compile, device: place.device }, 1) });
      } catch (thrown) {
        console.log(`  ${nameOf(place)} excluded: ${toLatheError(thrown).message.trim()}`);
      }
    }
    const theirs: number[] = [];
    const timing = { learningRate: 0.005, clock: setting.clock, heed: () => undefined, warmUp: 5, budget: 1000 };
    for (let round = 0; round <= ROUNDS; round++) {
      const times = new Map<string, number>();
      for (const [name, { trainer }] of trainers) times.set(name, (await timeSteps(trainer, batches, timing)).milliseconds);
      // PyTorch with one thread and with two: its faster one counts.
      const answers = torch ? [1, 2].map((threads) => () => torch.ask<{ times: number[] }>({ do: "step", network, batch, steps, threads })) : [];
      const peers: number[] = [];
      for (const ask of answers) peers.push(median((await ask()).times));
      if (round === 0) continue; // warm-up
      for (const [name, time] of times) trainers.get(name)?.times.push(time);
      if (peers.length > 0) theirs.push(Math.min(...peers));
    }
    const measured = [...trainers.values()].map(({ place, times }) => ({ ...place, milliseconds: median(times) }));
    const mine = measured.find((one) => nameOf(one) === chosen);
    const better = mine && measured.find((one) => isClearlyFaster(one, mine));
    const verdict = better ? `wrong, ${nameOf(better)} is faster` : "right";
    console.log(
      [
        `${network.padEnd(6)} batch ${String(batch).padStart(3)}`,
        ...measured.map((one) => `${nameOf(one)} ${one.milliseconds.toFixed(3)} ms`),
        ...(theirs.length > 0 ? [`PyTorch ${median(theirs).toFixed(3)} ms`] : []),
        `auto: ${chosen} in ${seconds.toFixed(1)} s, ${verdict}`,
      ].join("  "),
    );
    console.log(`  ${choice.reason}`);
  } finally {
    for (const { trainer } of trainers.values()) await trainer.dispose();
    await batches.dispose();
    rmSync(folder, { recursive: true });
  }
}

/** A workbench on noise, for a run long enough to try engines for. */
async function openBench(folder: string, network: ReadNetwork, batchSize: number): Promise<Workbench> {
  const described = benchmarkProject(network);
  const data = network === "cnn" || network === "resnet" ? await writePictures(folder, network) : writeTable(folder, network, described.data);
  const project = parseProject({ ...described, data, training: { ...described.training, epochs: 1_000_000, batchSize } });
  return openWorkbench({ project, folder, choice: await chooseEngine("auto", "auto"), emit: () => undefined });
}

function writeTable(folder: string, network: "small" | "large", data: ProjectInput["data"]): ProjectInput["data"] {
  const width = network === "small" ? 9 : 512;
  const random = new Random(1, "engines");
  const row = (i: number) => [...Array.from({ length: width }, () => random.normal().toFixed(4)), i % (network === "small" ? 2 : 10)].join();
  writeFileSync(
    join(folder, "none.csv"),
    `${Array.from({ length: width }, (_, k) => `x${k}`).join()},y\n${Array.from({ length: ROWS }, (_, i) => row(i)).join("\n")}\n`,
  );
  return data;
}

async function writePictures(folder: string, network: "cnn" | "resnet"): Promise<ProjectInput["data"]> {
  const side = network === "cnn" ? 64 : 96;
  const random = new Random(1, "engines");
  for (let i = 0; i < PICTURES; i++) {
    const label = join(folder, "pictures", `class ${i % CLASSES}`);
    mkdirSync(label, { recursive: true });
    await sharp(
      Uint8Array.from({ length: side * side * 3 }, () => random.below(256)),
      { raw: { width: side, height: side, channels: 3 } },
    )
      .png()
      .toFile(join(label, `${i}.png`));
  }
  return {
    source: { type: "image-folder", path: "pictures", levels: ["y"] },
    inputs: [{ name: "x", type: "image", column: "image", size: [side, side] }],
    targets: [{ name: "y", type: "category", column: "y" }],
    split: { validation: 0.1, test: 0.1 },
  };
}
