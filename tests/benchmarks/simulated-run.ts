import { hostname } from "node:os";
import type { EpochEvent, RunEvent } from "../../src-main/contract/events.js";
import type { RunReference } from "../../src-main/contract/summaries.js";
import { createStudio, type Studio } from "../../src-main/services/studio.js";
import { writeRun, writeTestProject } from "../support/run-on-disk.js";

/** A run under way whose epochs come when the benchmark says so; all else about it is real. */
export interface SimulatedRun {
  readonly studio: Studio;
  readonly reference: RunReference;
  /** The newest epoch that was told. */
  readonly told: number;
  /** Who was listening and is no longer: the connection was given up. */
  readonly lost: number;
  /** Tells the next epochs. */
  tell(count: number): void;
}

const planned = 2_000_000;

/** @param folder of this benchmark's own, for the project and the user's state */
export function simulateRun(folder: string, home: string): SimulatedRun {
  const project = writeTestProject(folder, "bench", { epochs: planned });
  // Held by this process, so it counts as running.
  writeRun(project, "0001", {
    epochs: [epochAt(1)],
    config: { engine: "onnxruntime", device: "cpu", project: { training: { epochs: planned } } },
    lock: { pid: process.pid, host: hostname() },
  });
  const reference = { project, run: "0001" };
  const base = createStudio({ allowedFolders: [folder], home });
  const listeners = new Set<(event: RunEvent) => void>();
  let told = 1;
  let lost = 0;
  return {
    reference,
    studio: {
      ...base,
      // As of a run that this host trains: the run bar follows it too.
      jobs: { ...base.jobs, underWay: () => [reference] },
      runs: {
        ...base.runs,
        follow: (_run, onEvent) => {
          listeners.add(onEvent);
          onEvent(startOf(project));
          const dispose = () => {
            if (listeners.delete(onEvent)) lost++;
          };
          return Promise.resolve({ dispose });
        },
      },
    },
    get told() {
      return told;
    },
    get lost() {
      return lost;
    },
    tell(count) {
      for (let i = 0; i < count; i++) {
        const event = epochAt(++told);
        for (const listener of listeners) listener(event);
      }
    },
  };
}

/** An epoch of a network of four layers: losses that fall and tremble, a best one every now and then. */
function epochAt(epoch: number): EpochEvent {
  const tremble = 0.02 * Math.sin(epoch * 2.1);
  const train = 0.4 + 0.3 * Math.exp(-epoch / 50_000) + tremble;
  const layer = { gradientNorm: 0.1 + tremble, weightNorm: 3.2, updateRatio: 1e-3 + tremble / 100, dead: 0.02, saturated: 0.01 };
  return {
    event: "epoch",
    epoch,
    learningRate: 0.005,
    seconds: 0.005,
    best: epoch % 997 === 0,
    train: { loss: train, "Good.loss": train },
    validation: { loss: train + 0.05, "Good.loss": train + 0.05, "Good.accuracy": 0.8 - tremble, "Good.auroc": 0.85 - tremble },
    layers: { fc1: layer, bn1: layer, fc2: layer, fc3: layer },
  };
}

function startOf(project: string): RunEvent {
  return {
    event: "run",
    run: "0001",
    folder: `${project}/runs/0001`,
    project,
    engine: "onnxruntime",
    engineVersion: "0",
    device: "cpu",
    reason: "a benchmark",
    threads: 1,
    epochs: planned,
    stepsPerEpoch: 1,
    batchSize: 32,
    parameters: 1000,
    samples: { train: 32, validation: 8, test: 8 },
  };
}
