import type { EpochEvent, RunEvent } from "../../src-main/contract/events.js";
import { runInEngine } from "../../src-main/services/processes/engine-link.js";
import { peakOf } from "./process-tree.js";

/** What a real training run took, in the engine process that the product uses. */
export interface MeasuredRun {
  /** From the start of the process to the first step: reading, splitting, encoding, compiling. */
  readonly prepareSeconds: number;
  readonly epochs: readonly EpochEvent[];
  readonly totalSeconds: number;
  readonly trainRows: number;
  /** Largest resident memory of the engine process; undefined where the system does not tell. */
  readonly peakMiB: number | undefined;
}

/** Trains a project. @param onEvent sees what the run says. */
export async function measureRun(project: string, onEvent: (event: RunEvent) => void = () => undefined): Promise<MeasuredRun> {
  const start = performance.now();
  const seconds = () => (performance.now() - start) / 1000;
  let prepareSeconds = 0;
  let trainRows = 0;
  let peakMiB: number | undefined;
  const epochs: EpochEvent[] = [];
  const { link, result } = runInEngine({ kind: "train", project }, (event) => {
    onEvent(event);
    if (event.event === "run") [prepareSeconds, trainRows] = [seconds(), event.samples.train];
    if (event.event === "epoch") epochs.push(event);
    peakMiB = peakOf(link.pid) ?? peakMiB;
  });
  const watch = setInterval(() => (peakMiB = peakOf(link.pid) ?? peakMiB), 200);
  try {
    await result;
  } finally {
    clearInterval(watch);
  }
  return { prepareSeconds, epochs, totalSeconds: seconds(), trainRows, peakMiB };
}
