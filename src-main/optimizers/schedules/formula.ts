import type { Schedule } from "./schedule.js";

/** A schedule that is a formula of the epochs done so far. */
export function byEpoch(rate: (epoch: number) => number): Schedule {
  let epoch = 0;
  return {
    learningRate: () => rate(epoch),
    afterStep: () => undefined,
    afterEpoch: () => {
      epoch += 1;
    },
    state: () => ({ epoch }),
    restore: (state) => {
      epoch = state.epoch ?? 0;
    },
  };
}

/** A schedule that is a formula of the steps done so far. */
export function byStep(rate: (step: number) => number): Schedule {
  let step = 0;
  return {
    learningRate: () => rate(step),
    afterStep: () => {
      step += 1;
    },
    afterEpoch: () => undefined,
    state: () => ({ step }),
    restore: (state) => {
      step = state.step ?? 0;
    },
  };
}
