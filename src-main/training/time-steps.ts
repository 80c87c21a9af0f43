import { setImmediate } from "node:timers/promises";
import type { TrainingBatches } from "./fit.js";
import type { Trainer } from "./trainer.js";

export interface TimedSteps {
  /** Median of a step, milliseconds; what the loader took is not in it. */
  readonly milliseconds: number;
  /** Of the very first step: from the same weights and the same rows every engine must come to the same. */
  readonly firstLoss: number;
}

export interface StepTiming {
  readonly learningRate: number;
  /** Milliseconds, monotonic. */
  readonly clock: () => number;
  /** Called before every step; throws to end the timing. */
  readonly heed: () => void;
  /** Steps that are not counted, where they are no longer than the budget: kernels are chosen, memory is laid out. */
  readonly warmUp: number;
  /** Milliseconds of counted steps after which it is enough. */
  readonly budget: number;
  /** Milliseconds a step that there is no need to know exactly beyond. */
  readonly hopeless?: number;
}

/** Few steps have no median, and one may have been held up; many take time without telling more. */
const LEAST = 3;
const MOST = 100;

/**
 * Runs a few real steps on real batches and times them. The state of the trainer is as before afterwards; where the batches stand is not, so start them anew.
 * @throws LatheError `engine.failed`, and what `heed` throws
 */
export async function timeSteps(trainer: Trainer, batches: TrainingBatches, timing: StepTiming): Promise<TimedSteps> {
  const { learningRate, clock, heed, warmUp, budget, hopeless = Number.POSITIVE_INFINITY } = timing;
  const before = Object.fromEntries(Object.entries(trainer.state).map(([name, vector]) => [name, vector.slice()]));
  const times: number[] = [];
  let firstLoss = Number.NaN;
  let [warmed, spent] = [0, 0];
  try {
    for (let step = 0; times.length < LEAST || (times.length < MOST && spent < budget && Math.min(...times) < hopeless); step++) {
      // An engine that blocks its thread leaves no other moment in which to hear that it is called off.
      await setImmediate();
      heed();
      if (step % batches.stepsPerEpoch === 0) batches.start(1 + step / batches.stepsPerEpoch, 0);
      const batch = await batches.next();
      const start = clock();
      const { loss } = await trainer.step(batch, step + 1, learningRate, false);
      const took = clock() - start;
      if (step === 0) firstLoss = loss;
      if (step < warmUp && warmed < budget) {
        warmed += took;
        continue;
      }
      times.push(took);
      spent += took;
    }
  } finally {
    trainer.restore(before);
  }
  return { milliseconds: [...times].sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN, firstLoss };
}
