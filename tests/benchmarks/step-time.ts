import { onnxruntimeEngine } from "../../src-main/engines/onnxruntime/index.js";
import { chooseThreads, multiplyAddsOf } from "../../src-main/training/threads.js";
import { Trainer } from "../../src-main/training/trainer.js";
import { benchmarkSpec, randomBatch } from "./networks.js";
import { findPyTorch, median, startPyTorch } from "./pytorch-peer.js";

/** One optimizer step (forward, loss, backward, Adam), ours and PyTorch's in turns, so that both meet the machine in the same mood. */
const ROUNDS = 5;
const cases = [
  { network: "small", batch: 2, steps: 2000 },
  { network: "small", batch: 32, steps: 2000 },
  { network: "small", batch: 256, steps: 2000 },
  { network: "large", batch: 128, steps: 20 },
  { network: "cnn", batch: 32, steps: 10 },
  { network: "resnet", batch: 32, steps: 5 },
] as const;

const found = findPyTorch();
const torch = found && startPyTorch(found);
console.log(torch ? `PyTorch ${torch.version}` : "PyTorch is not installed (Debian: apt-get install python3-torch): only ours is timed");

for (const { network, batch, steps } of cases) {
  const plain = benchmarkSpec(network);
  const spec = { ...plain, training: { ...plain.training, batchSize: batch } };
  const threads = chooseThreads("auto", multiplyAddsOf(spec.plan, spec.layout, spec.inputs), batch);
  const trainer = await Trainer.create(spec, onnxruntimeEngine, { device: "cpu", threads }, 1);
  const data = randomBatch(network, batch);
  let step = 0;
  const ours: number[] = [];
  const theirs: number[] = [];
  const ratios: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const times: number[] = [];
    for (let i = 0; i < steps; i++) {
      const start = performance.now();
      await trainer.step(data, ++step, 0.005, false);
      times.push(performance.now() - start);
    }
    // PyTorch with one thread and with two: its faster one counts.
    const answers = torch ? [
      await torch.ask<{ times: number[] }>({ do: "step", network, batch, steps, threads: 1 }),
      await torch.ask<{ times: number[] }>({ do: "step", network, batch, steps, threads: 2 }),
    ] : [];
    if (round === 0) continue; // warm-up
    ours.push(median(times));
    if (answers.length > 0) {
      const best = Math.min(...answers.map((a) => median(a.times)));
      theirs.push(best);
      ratios.push(best / median(times));
    }
  }
  console.log(`${network.padEnd(6)} batch ${String(batch).padStart(3)}  ours ${median(ours).toFixed(3)} ms (${threads} thread${threads === 1 ? "" : "s"})`
    + (torch ? `  PyTorch ${median(theirs).toFixed(3)} ms  ratio ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})` : ""));
  await trainer.dispose();
}
torch?.close();
