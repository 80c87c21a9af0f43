export interface LearningRateFinderOptions {
  /** The first learning rate. */
  readonly from?: number;
  /** The last learning rate. */
  readonly to?: number;
  /** How many steps lie between; the rate grows by the same factor each step. */
  readonly steps?: number;
  /** How much of the past the smoothed loss keeps each step. */
  readonly smoothing?: number;
  /** The test ends where the smoothed loss exceeds its best by this factor. */
  readonly divergence?: number;
}

/** Plain JSON. */
export interface LearningRateFinderState {
  /** Exponentially weighted mean of the losses, before its correction for the start at zero. */
  readonly mean: number;
  /** Smoothed loss after each step. */
  readonly losses: readonly number[];
  readonly diverged: boolean;
}

/** The first smoothed losses are too noisy to judge by, the last one is where the test broke off. */
const SKIP_BEGIN = 10;
const SKIP_END = 1;

/**
 * The learning-rate range test (Smith 2015, https://arxiv.org/abs/1506.01186) with the defaults of fastai and Lightning: train with a rate that grows from step
 * to step until the loss explodes, then take the rate at which it fell most steeply. Only the logic: who trains, asks for a rate and tells the loss.
 */
export class LearningRateFinder {
  readonly #options: Required<LearningRateFinderOptions>;
  #state: LearningRateFinderState = { mean: 0, losses: [], diverged: false };

  constructor(options: LearningRateFinderOptions = {}) {
    this.#options = { from: 1e-7, to: 10, steps: 100, smoothing: 0.98, divergence: 4, ...options };
  }

  /** The rate of the coming step: from · (to/from)^(step/(steps - 1)). undefined when the test is over. */
  nextLearningRate(): number | undefined {
    const { losses, diverged } = this.#state;
    return diverged || losses.length >= this.#options.steps ? undefined : this.#rate(losses.length);
  }

  /** @param loss of the step just made, at `nextLearningRate()`. A loss that is not a number ends the test. */
  observe(loss: number): void {
    if (this.nextLearningRate() === undefined) return;
    if (!Number.isFinite(loss)) {
      this.#state = { ...this.#state, diverged: true };
      return;
    }
    const { smoothing, divergence } = this.#options;
    const mean = smoothing * this.#state.mean + (1 - smoothing) * loss;
    const losses = [...this.#state.losses, mean / (1 - smoothing ** (this.#state.losses.length + 1))];
    const smoothed = losses.at(-1) ?? 0;
    this.#state = { mean, losses, diverged: losses.length > 1 && smoothed > divergence * Math.min(...losses) };
  }

  /** Learning rate and smoothed loss of each step made. */
  curve(): { readonly learningRates: readonly number[]; readonly losses: readonly number[] } {
    return { learningRates: this.#state.losses.map((_, step) => this.#rate(step)), losses: this.#state.losses };
  }

  /**
   * The rate at which the smoothed loss falls most steeply over the logarithm of the rate, or a tenth of the rate of its lowest point where that is less:
   * smoothing lags, so the steepest point alone may already be too fast. undefined where the loss never falls or there are too few steps.
   */
  suggestion(): number | undefined {
    const { losses } = this.#state;
    const lowest = losses.indexOf(Math.min(...losses));
    let steepest: number | undefined;
    let steepestSlope = 0;
    for (let step = SKIP_BEGIN + 1; step < losses.length - SKIP_END - 1; step++) {
      // Rates are equally far apart on the logarithmic axis: the central difference is the slope but for a constant.
      const slope = (losses[step + 1] ?? 0) - (losses[step - 1] ?? 0);
      if (slope < steepestSlope) [steepest, steepestSlope] = [step, slope];
    }
    return steepest === undefined ? undefined : Math.min(this.#rate(steepest), this.#rate(lowest) / 10);
  }

  state(): LearningRateFinderState {
    return this.#state;
  }

  restore(state: LearningRateFinderState): void {
    this.#state = state;
  }

  #rate(step: number): number {
    const { from, to, steps } = this.#options;
    return from * (to / from) ** (step / Math.max(1, steps - 1));
  }
}
