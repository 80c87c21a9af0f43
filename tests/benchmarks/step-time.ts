import "./as-engine.js";
import { setTimeout as pause } from "node:timers/promises";
import type { Engine } from "../../src-main/engines/engine.js";
import { onnxruntimeEngine } from "../../src-main/engines/onnxruntime/index.js";
import { tensorflowEngine } from "../../src-main/engines/tensorflow/index.js";
import { chooseThreads, multiplyAddsOf } from "../../src-main/training/network/threads.js";
import { Trainer } from "../../src-main/training/trainer.js";
import { benchmarkSpec, chosenCases, randomBatch } from "./networks.js";
import { findPyTorch, median, startPyTorch } from "./pytorch-peer.js";

/**
 * One optimizer step (forward, loss, backward, Adam) of each engine and of PyTorch in turns, so that all meet the machine in the same mood: `bench step-time
 * [network…] [engine…]`.
 */
const ROUNDS = 5;
/** Threads of the one before look for more work for a while (OpenMP's for 200 ms), in the way of the next. */
const SETTLED_MS = 400;
/** TensorFlow dispatches a step's operations one by one: fewer steps give a median as good. */
const MOST_TENSORFLOW_STEPS = 200;

const found = findPyTorch();
const torch = found && startPyTorch(found);
console.log(torch ? `PyTorch ${torch.version}` : "PyTorch is not installed (Debian: apt-get install python3-torch): only ours is timed");
const known = [onnxruntimeEngine, tensorflowEngine];
const named = known.filter(({ name }) => process.argv.includes(name));
const engines = await available(named.length === 0 ? known : named);

for (const { network, batch, steps } of chosenCases()) {
  const plain = benchmarkSpec(network);
  const spec = { ...plain, training: { ...plain.training, batchSize: batch } };
  const threads = chooseThreads("auto", multiplyAddsOf(spec.plan, spec.layout, spec.inputs), batch);
  const data = randomBatch(network, batch);
  const racers = await Promise.all(
    engines.map(async (engine) => ({
      name: engine.name,
      trainer: await Trainer.create(spec, engine, { device: "cpu", threads }, 1),
      steps: engine.name === "tensorflow" ? Math.min(steps, MOST_TENSORFLOW_STEPS) : steps,
      done: 0,
      medians: new Array<number>(),
      ratios: new Array<number>(),
    })),
  );
  const theirs: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const times: number[] = [];
    for (const racer of racers) times.push(await timed(racer));
    // PyTorch with one thread and with two: its faster one counts.
    const answers: { readonly times: number[] }[] = [];
    for (const threads of torch ? [1, 2] : []) {
      await pause(SETTLED_MS);
      if (torch) answers.push(await torch.ask({ do: "step", network, batch, steps, threads }));
    }
    if (round === 0) continue; // warm-up
    const best = answers.length > 0 ? Math.min(...answers.map((a) => median(a.times))) : undefined;
    if (best !== undefined) theirs.push(best);
    racers.forEach((racer, i) => {
      racer.medians.push(times[i] ?? Number.NaN);
      if (best !== undefined) racer.ratios.push(best / (times[i] ?? Number.NaN));
    });
  }
  const cells = racers.map(
    ({ name, medians, ratios }) =>
      `${name} ${median(medians).toFixed(3)} ms${name === "onnxruntime" ? ` (${threads} thread${threads === 1 ? "" : "s"})` : ""}` +
      (torch ? `, ratio ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})` : ""),
  );
  console.log(`${network.padEnd(6)} batch ${String(batch).padStart(3)}  ${cells.join("  ")}${torch ? `  PyTorch ${median(theirs).toFixed(3)} ms` : ""}`);
  for (const { trainer } of racers) await trainer.dispose();

  async function timed(racer: (typeof racers)[number]): Promise<number> {
    await pause(SETTLED_MS);
    const times: number[] = [];
    for (let i = 0; i < racer.steps; i++) {
      const start = performance.now();
      await racer.trainer.step(data, ++racer.done, 0.005, false);
      times.push(performance.now() - start);
    }
    return median(times);
  }
}
torch?.close();

/** Those that are there; of the others it is said why not. */
async function available(all: readonly Engine[]): Promise<readonly Engine[]> {
  const present: Engine[] = [];
  for (const engine of all) {
    const { available: is, version, reason } = await engine.status();
    console.log(is ? `${engine.name} ${version}` : `${engine.name} is excluded: ${reason}`);
    if (is) present.push(engine);
  }
  return present;
}
