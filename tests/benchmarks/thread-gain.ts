import "./as-engine.js";
import { onnxruntimeEngine } from "../../src-main/engines/onnxruntime/index.js";
import { Trainer } from "../../src-main/training/trainer.js";
import { benchmarkSpec, chosenCases, randomBatch } from "./networks.js";
import { median } from "./pytorch-peer.js";

/** What a second thread gains in a step on ONNX Runtime, one and two in turns, and what a run would have chosen: `bench thread-gain [network…]`. */
const ROUNDS = 5;

for (const { network, batch, steps } of chosenCases()) {
  const plain = benchmarkSpec(network);
  const spec = { ...plain, training: { ...plain.training, batchSize: batch } };
  const data = randomBatch(network, batch);
  const racers = await Promise.all(
    [1, 2].map(async (threads) => ({
      trainer: await Trainer.create(spec, onnxruntimeEngine, { device: "cpu", threads }, 1),
      done: 0,
      times: new Array<number>(),
    })),
  );
  for (let round = 0; round <= ROUNDS; round++) {
    for (const racer of racers) {
      for (let i = 0; i < steps; i++) {
        const start = performance.now();
        await racer.trainer.step(data, ++racer.done, 0.005, false);
        if (round > 0) racer.times.push(performance.now() - start);
      }
    }
  }
  const [one = Number.NaN, two = Number.NaN] = racers.map(({ times }) => median(times));
  console.log(
    `${network.padEnd(8)} batch ${String(batch).padStart(3)}  one thread ${one.toFixed(2)} ms, two ${two.toFixed(2)} ms, ` +
      `gain ${((1 - two / one) * 100).toFixed(0)} %`,
  );
  for (const { trainer } of racers) await trainer.dispose();
}
