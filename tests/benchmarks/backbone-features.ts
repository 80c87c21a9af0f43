import "./as-engine.js";
import { setTimeout as pause } from "node:timers/promises";
import { Random } from "../../src-main/base/random.js";
import { parseProject } from "../../src-main/contract/project.js";
import { onnxruntimeEngine } from "../../src-main/engines/onnxruntime/index.js";
import { type Shape, tensor } from "../../src-main/onnx/types.js";
import { buildPrefixModel } from "../../src-main/training/kept/prefix-model.js";
import { splitFrozenPrefix } from "../../src-main/training/network/frozen-prefix.js";
import { layOut } from "../../src-main/training/network/layout.js";
import { planNetwork } from "../../src-main/training/network/network.js";
import { names } from "../../src-main/training/network/specification.js";
import { initialWeights } from "../../src-main/training/trainer.js";
import { benchmarkProject, benchmarkSpec } from "./networks.js";
import { findPyTorch, median, startPyTorch } from "./pytorch-peer.js";

/**
 * Features a second of the bundled EfficientNet-Lite0, batches of 16, in turns with the same network in PyTorch's eager mode; each with one thread and
 * with two.
 */
const [BATCH, PASSES, ROUNDS, SETTLED_MS] = [16, 4, 5, 400];

const found = findPyTorch();
const torch = found && startPyTorch(found);
console.log(torch ? `PyTorch ${torch.version}` : "PyTorch is not installed: only ours is timed");
for (const side of [96, 224]) {
  const model = featureModel(side);
  const ours = await Promise.all([1, 2].map((threads) => onnxruntimeEngine.load(model, { device: "cpu", threads })));
  const random = new Random(side, "pictures");
  const pictures = tensor(
    "float32",
    Array.from({ length: BATCH * 3 * side * side }, () => random.normal()),
    [BATCH, 3, side, side],
  );
  const rounds: { readonly mine: number; readonly theirs: number }[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const mine: number[] = [];
    for (const executable of ours) {
      await pause(SETTLED_MS);
      const times: number[] = [];
      for (let pass = 0; pass < PASSES; pass++) {
        const start = performance.now();
        await executable.run({ [names.input("x")]: pictures });
        times.push(performance.now() - start);
      }
      mine.push(median(times));
    }
    const theirs: number[] = [];
    for (const threads of torch ? [1, 2] : []) {
      await pause(SETTLED_MS);
      if (torch) theirs.push(median((await torch.ask<{ times: number[] }>({ do: "features", side, batch: BATCH, passes: PASSES, threads })).times));
    }
    if (round > 0) rounds.push({ mine: Math.min(...mine), theirs: theirs.length > 0 ? Math.min(...theirs) : Number.NaN });
  }
  const perSecond = (of: "mine" | "theirs") => ((BATCH * 1000) / median(rounds.map((round) => round[of]))).toFixed(1);
  const ratios = rounds.map(({ mine, theirs }) => theirs / mine);
  console.log(
    `${side} × ${side}  ${perSecond("mine")} pictures/s` +
      (torch
        ? `, PyTorch ${perSecond("theirs")}, ratio ${median(ratios).toFixed(2)} (${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)})`
        : ""),
  );
  for (const executable of ours) await executable.dispose();
}
torch?.close();

/** The network up to its features, as it is computed once where it is frozen. */
function featureModel(side: number): Uint8Array {
  const plain = benchmarkSpec("lite0");
  const inputs = new Map([["x", { dtype: "float32" as const, shape: ["N", 3, side, side] as Shape }]]);
  const { model } = parseProject(benchmarkProject("lite0"));
  const plan = planNetwork(model, ["x"], new Map([["y", 7]]), { groups: [{ layers: ["backbone"], frozen: true }] });
  const layout = layOut(plan, inputs);
  const prefix = splitFrozenPrefix(plan, layout, inputs);
  if (!prefix) throw new Error("nothing of the network is frozen");
  const spec = { ...plain, plan, layout, inputs };
  return buildPrefixModel(spec, prefix, initialWeights(spec, 1));
}
