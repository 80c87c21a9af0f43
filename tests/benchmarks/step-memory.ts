import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Random } from "../../src-main/base/random.js";
import { type ProjectInput, parseProject } from "../../src-main/contract/project.js";
import { layOut } from "../../src-main/training/network/layout.js";
import { stepBytes } from "../../src-main/training/network/memory.js";
import { planNetwork } from "../../src-main/training/network/network.js";
import { measureRun } from "./measured-run.js";

/** What training is estimated to take in memory, and what its process took. */

type Layers = ProjectInput["model"]["layers"];

interface Case {
  readonly name: string;
  readonly length: number;
  readonly batch: number;
  readonly layers: Layers;
}

const cell = (type: string, hiddenSize: number, numLayers = 2): Layers => [
  { id: "cell", type, hiddenSize, numLayers },
  { id: "out", type: "Linear", outFeatures: 1 },
];
const attention: Layers = [
  { id: "wide", type: "Linear", outFeatures: 32 },
  { id: "attention", type: "TransformerEncoderLayer", numHeads: 4, dimFeedforward: 64 },
  { id: "last", type: "Select" },
  { id: "out", type: "Linear", outFeatures: 1 },
];
const picture: Layers = [
  { id: "flat", type: "Flatten" },
  { id: "square", type: "Unflatten", unflattenedSize: [1, 28, 28] },
  { id: "conv1", type: "Conv2d", outChannels: 16, kernelSize: 3, padding: 1 },
  { id: "relu1", type: "ReLU" },
  { id: "pool", type: "MaxPool2d", kernelSize: 2 },
  { id: "conv2", type: "Conv2d", outChannels: 32, kernelSize: 3, padding: 1 },
  { id: "relu2", type: "ReLU" },
  { id: "flat2", type: "Flatten" },
  { id: "out", type: "Linear", outFeatures: 1 },
];
const table: Layers = [
  { id: "flat", type: "Flatten" },
  { id: "wide", type: "Linear", outFeatures: 1024 },
  { id: "relu1", type: "ReLU" },
  { id: "wide2", type: "Linear", outFeatures: 1024 },
  { id: "relu2", type: "ReLU" },
  { id: "out", type: "Linear", outFeatures: 1 },
];
const CASES: readonly Case[] = [
  { name: "nothing", length: 4, batch: 4, layers: cell("RNN", 1) },
  ...["RNN", "GRU", "LSTM"].flatMap((type) => [
    { name: `${type} 32`, length: 96, batch: 512, layers: cell(type, 32) },
    { name: `${type} 32`, length: 1000, batch: 32, layers: cell(type, 32) },
    { name: `${type} 256`, length: 96, batch: 32, layers: cell(type, 256) },
    { name: `${type} 256`, length: 1000, batch: 32, layers: cell(type, 256) },
  ]),
  { name: "GRU 32", length: 1000, batch: 512, layers: cell("GRU", 32) },
  { name: "GRU 256", length: 96, batch: 512, layers: cell("GRU", 256) },
  ...[1, 4, 8].map((count) => ({ name: `GRU 32 of ${count} layers`, length: 1000, batch: 32, layers: cell("GRU", 32, count) })),
  { name: "convolutions", length: 784, batch: 512, layers: picture },
  { name: "perceptron", length: 100, batch: 8192, layers: table },
  { name: "attention", length: 500, batch: 8, layers: attention },
  { name: "attention without dropout", length: 500, batch: 8, layers: attention.map((l) => (l.type === "TransformerEncoderLayer" ? { ...l, dropout: 0 } : l)) },
  { name: "attention", length: 500, batch: 32, layers: attention },
];

/** Steps of the only epoch: the first one takes memory, and the second plans it. */
const STEPS = 3;

const wanted = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "lathe-bench-"));
let base = 0;
try {
  for (const { name, length, batch, layers } of CASES) {
    const title = `${name}, window ${length}, batch ${batch}`;
    if (base > 0 && wanted.length > 0 && !wanted.some((word) => title.includes(word))) continue;
    writeSeries(join(folder, "series.csv"), length + STEPS * batch);
    writeFileSync(join(folder, "project.json"), JSON.stringify(projectOf(name, { length, batch, layers })));
    const project = parseProject(projectOf(name, { length, batch, layers }), "a benchmark");
    const inputs = new Map([["past", { dtype: "float32" as const, shape: ["N", length, 1] }]]);
    const layout = layOut(planNetwork(project.model, ["past"], new Map([["y", 1]])), inputs);
    const { peakMiB = 0 } = await measureRun(folder);
    if (base === 0) base = peakMiB;
    const [took, estimate] = [peakMiB - base, stepBytes(layout, batch) / 2 ** 20];
    console.log(
      `${title}: peak ${peakMiB.toFixed(0)} MiB, ${took.toFixed(0)} above a network of next to nothing; estimated ${estimate.toFixed(0)}, ` +
        `${(estimate / took).toFixed(2)} of it`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function projectOf(name: string, { length, batch, layers }: Pick<Case, "length" | "batch" | "layers">): ProjectInput {
  return {
    version: 1,
    name,
    seed: 1,
    data: {
      source: { type: "series", path: "series.csv" },
      inputs: [{ name: "past", type: "window", columns: ["y"], length }],
      targets: [{ name: "y", type: "numeric", column: "y", normalize: "standard", horizon: 1 }],
      split: { by: "time", validation: 0, test: 0 },
    },
    model: { layers, outputs: [{ target: "y", from: "out" }] },
    training: { epochs: 1, batchSize: batch, shuffle: true, optimizer: { type: "Adam", lr: 0.002 }, engine: "onnxruntime" },
  };
}

function writeSeries(path: string, rows: number): void {
  const random = new Random(5, "memory benchmark");
  const lines = ["y"];
  for (let row = 0; row < rows; row++) lines.push((Math.sin(row / 12) + 0.1 * random.normal()).toFixed(5));
  writeFileSync(path, `${lines.join("\n")}\n`);
}
