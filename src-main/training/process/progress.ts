/**
 * Turns steps into a few events a second, with throughput and time left. Times are milliseconds from the clock given; what happens between steps (judging at
 * the end of an epoch, checkpoints) counts, so that time left is the user's time.
 */
export class StepProgress {
  readonly #clock: () => number;
  readonly #everyMs: number;
  #since: number;
  #steps = 0;
  #samples = 0;
  #loss = 0;
  /** Smoothed, so that time left does not jump. */
  #millisPerStep: number | undefined;

  constructor(clock: () => number, everyMs = 250) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#since = clock();
  }

  /** @returns what to report, at most every `everyMs`. @param stepsLeft in the whole run */
  add(
    samples: number,
    loss: number,
    stepsLeft: number,
  ): { readonly loss: number; readonly samplesPerSecond: number; readonly secondsLeft: number } | undefined {
    this.#steps++;
    this.#samples += samples;
    this.#loss += loss;
    const elapsed = this.#clock() - this.#since;
    if (elapsed < this.#everyMs) return undefined;
    const perStep = elapsed / this.#steps;
    this.#millisPerStep = this.#millisPerStep === undefined ? perStep : 0.7 * this.#millisPerStep + 0.3 * perStep;
    const report = {
      loss: this.#loss / this.#steps,
      samplesPerSecond: (this.#samples / elapsed) * 1000,
      secondsLeft: (stepsLeft * this.#millisPerStep) / 1000,
    };
    this.restart();
    return report;
  }

  /** Keeps a pause out of the figures. */
  restart(): void {
    this.#since = this.#clock();
    this.#steps = 0;
    this.#samples = 0;
    this.#loss = 0;
  }
}
