import "./as-engine.js";
import { readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Engine } from "../../src-main/engines/engine.js";
import { compileWith, onnxruntimeEngine } from "../../src-main/engines/onnxruntime/index.js";
import { Trainer } from "../../src-main/training/trainer.js";
import { benchmarkSpec, networkNames, randomBatch } from "./networks.js";
import { median } from "./pytorch-peer.js";

/** Which nodes of a training step cost what, by ONNX Runtime's own profile: `profile-step [small|large|cnn|resnet] [batch] [threads]`. */
const [network = "small", batch = "32", threads = "1"] = process.argv.slice(2);
const name = networkNames.find((known) => known === network) ?? "small";
const prefix = join(tmpdir(), `lathe-profile-${process.pid}`);
const engine: Engine = {
  ...onnxruntimeEngine,
  compile: (graph, options) => compileWith(graph, { ...options, ...(graph.name === "training step" ? { profile: prefix } : {}) }),
};
const plain = benchmarkSpec(name);
const trainer = await Trainer.create(
  { ...plain, training: { ...plain.training, batchSize: Number(batch) } },
  engine,
  { device: "cpu", threads: Number(threads) },
  1,
);
const data = randomBatch(name, Number(batch));
const steps = name === "small" ? 500 : 30;
for (let step = 1; step <= steps; step++) await trainer.step(data, step, 0.005, false);
await trainer.dispose();

interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  readonly dur: number;
  readonly args?: { readonly op_name?: string };
}
const file = readdirSync(tmpdir())
  .map((entry) => join(tmpdir(), entry))
  .find((path) => path.startsWith(prefix));
const events = (JSON.parse(readFileSync(file ?? "", "utf8")) as ProfileEvent[]).filter((event) => event.cat === "Node" && event.name.endsWith("_kernel_time"));
rmSync(file ?? "");
const byNode = new Map<string, { readonly op: string; readonly micros: number[] }>();
for (const { name: node, dur, args } of events) {
  const entry = byNode.get(node) ?? { op: args?.op_name ?? "", micros: [] };
  entry.micros.push(dur);
  byNode.set(node, entry);
}
// Medians: a node that was interrupted once is not a slow node.
const rows = [...byNode].map(([node, { op, micros }]) => ({ node, op, micros: median(micros) })).sort((a, b) => b.micros - a.micros);
console.log(`${rows.length} nodes, ${rows.reduce((sum, r) => sum + r.micros, 0).toFixed(1)} µs a step`);
for (const { node, op, micros } of rows) console.log(`${micros.toFixed(2).padStart(9)} µs  ${op.padEnd(22)} ${node}`);
