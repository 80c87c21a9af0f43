import "./as-engine.js";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { packageRoot } from "../../src-main/base/entries.js";
import type { RunEvent } from "../../src-main/contract/events.js";
import { pictureNetworks } from "../../src-main/services/templates/networks/index.js";
import { pictureModel } from "../../src-main/services/templates/networks/network.js";
import { TrainingControl } from "../../src-main/training/process/control.js";
import { train } from "../../src-main/training/train.js";
import { median } from "./pytorch-peer.js";

/**
 * What it saves to compute the frozen layers of a network once: the bundled drawings at 64 × 64 with augmentation, the small ResNet with all but its head
 * frozen. Epochs with their validation, with and without in turns; beside the clock's seconds the processors', which a busy machine does not stretch.
 */
const [ROUNDS, EPOCHS, BATCH] = [3, 6, 16];
const drawings = join(packageRoot, "resources", "samples", "clipart");
const folder = mkdtempSync(join(tmpdir(), "lathe-bench-"));

interface Timed {
  readonly wall: number;
  readonly cpu: number;
}

try {
  const rounds: { features: Timed; kept: Timed; whole: Timed }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    rmSync(join(folder, ".lathe", "cache", "features"), { recursive: true, force: true });
    const { features, epochs } = await runOnce(true);
    rounds.push({ features, kept: epochs, whole: (await runOnce(false)).epochs });
  }
  console.log(`${EPOCHS} epochs, batches of ${BATCH}, ${cpus().length} processors (${cpus()[0]?.model ?? "unknown"}), median of ${ROUNDS}`);
  for (const [what, of] of [
    ["computing the features, all draws and parts", "features"],
    ["an epoch that reads them", "kept"],
    ["an epoch that computes all", "whole"],
  ] as const)
    console.log(
      `${what.padEnd(46)} ${median(rounds.map((r) => r[of].wall)).toFixed(3)} s, of all processors ${median(rounds.map((r) => r[of].cpu)).toFixed(3)} s`,
    );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Trains once. @returns what its features took, and its median epoch after the first */
async function runOnce(keepFeatures: boolean): Promise<{ readonly features: Timed; readonly epochs: Timed }> {
  const model = pictureModel(pictureNetworks.get("small-resnet"), (wanted) => wanted, {
    picture: "image",
    others: [],
    targets: [{ name: "label", outFeatures: "classes" }],
  });
  const augment = [{ type: "RandomHorizontalFlip" }, { type: "RandomAffine", degrees: 15, translate: [0.1, 0.1], scale: [0.8, 1.2] }];
  writeFileSync(
    join(folder, "project.json"),
    JSON.stringify({
      version: 1,
      name: "kept",
      seed: 42,
      data: {
        source: { type: "image-folder", path: join(drawings, "train"), test: join(drawings, "test"), levels: ["label"] },
        inputs: [{ name: "image", type: "image", column: "image", size: [64, 64], normalize: "own", augment }],
        targets: [{ name: "label", type: "category", column: "label" }],
      },
      model,
      training: {
        epochs: EPOCHS,
        batchSize: BATCH,
        engine: "onnxruntime",
        device: "cpu",
        keepFeatures,
        featureDraws: 4,
        groups: [{ layers: ["conv*", "norm*"], frozen: true }],
      },
    }),
  );
  const marks: Timed[] = [];
  const features: Timed[] = [];
  const now = (): Timed => {
    const { user, system } = process.cpuUsage();
    return { wall: performance.now() / 1000, cpu: (user + system) / 1e6 };
  };
  const emit = (event: RunEvent) => {
    if (event.event === "epoch") marks.push(now());
    if (event.event === "stage" && event.stage === "computing features") features.push(now());
  };
  await train({ project: folder }, { emit, control: new TrainingControl(), clock: () => performance.now(), now: () => new Date() });
  const between = (from: Timed | undefined, to: Timed | undefined): Timed => ({
    wall: (to?.wall ?? 0) - (from?.wall ?? 0),
    cpu: (to?.cpu ?? 0) - (from?.cpu ?? 0),
  });
  const epochs = marks.slice(1).map((mark, k) => between(marks[k], mark));
  return {
    features: between(features[0], features.at(-1)),
    epochs: { wall: median(epochs.map(({ wall }) => wall)), cpu: median(epochs.map(({ cpu }) => cpu)) },
  };
}
