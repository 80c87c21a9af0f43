import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EpochEvent } from "../../src-main/contract/events.js";
import type { ProjectInput } from "../../src-main/contract/project.js";

/** A folder that is this test's own. */
export function temporaryFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `lathe-${name}-`));
}

export interface RunOnDisk {
  readonly epochs: readonly EpochEvent[];
  readonly config?: Readonly<Record<string, unknown>>;
  readonly report?: Readonly<Record<string, unknown>>;
  readonly lock?: Readonly<Record<string, unknown>>;
}

/** A table project; its data file is named, not made. */
export function writeTestProject(folder: string, name: string, training: Partial<ProjectInput["training"]> = {}): string {
  const project: ProjectInput = {
    version: 1,
    name,
    seed: 42,
    data: {
      source: { type: "table", path: "credit.csv" },
      inputs: [{ name: "features", type: "numeric", columns: "rest" }],
      targets: [{ name: "Good", type: "binary", column: "Good" }],
    },
    model: {
      layers: [
        { id: "fc1", type: "Linear", from: ["features"], outFeatures: 16 },
        { id: "bn1", type: "BatchNorm1d" },
        { id: "act1", type: "ELU" },
        { id: "fc2", type: "Linear", outFeatures: 8 },
        { id: "bn2", type: "BatchNorm1d" },
        { id: "act2", type: "ELU" },
        { id: "fc3", type: "Linear", outFeatures: 1 },
      ],
      outputs: [{ target: "Good", from: "fc3" }],
    },
    training: { epochs: 30, batchSize: 32, optimizer: { type: "Adam", lr: 0.005 }, ...training },
  };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "project.json"), JSON.stringify(project, null, 2));
  return folder;
}

export function writeRun(project: string, id: string, run: RunOnDisk): string {
  const folder = join(project, "runs", id);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "config.json"), JSON.stringify(run.config ?? { engine: "onnxruntime", device: "cpu", project: { training: { epochs: 30 } } }));
  writeFileSync(join(folder, "metrics.jsonl"), run.epochs.map((epoch) => `${JSON.stringify(epoch)}\n`).join(""));
  if (run.report) writeFileSync(join(folder, "report.json"), JSON.stringify(run.report));
  if (run.lock) writeFileSync(join(folder, "lock"), JSON.stringify(run.lock));
  return folder;
}

/** Epochs as training of a small network tells them: falling losses, validation turning up at the end. */
export function plausibleEpochs(count: number): EpochEvent[] {
  let bestLoss = Number.POSITIVE_INFINITY;
  return Array.from({ length: count }, (_, i) => {
    const train = 0.42 + 0.27 * Math.exp(-i / 5);
    const loss = 0.47 + 0.22 * Math.exp(-i / 4) + 0.0009 * i + 0.006 * Math.sin(i * 2.1);
    const best = loss < bestLoss;
    bestLoss = Math.min(bestLoss, loss);
    return {
      event: "epoch" as const,
      epoch: i + 1,
      best,
      learningRate: 0.005,
      seconds: 0.31,
      layers: {},
      train: { loss: train },
      validation: { loss, "Good.accuracy": 0.79 - 0.15 * Math.exp(-i / 4) },
    };
  });
}
