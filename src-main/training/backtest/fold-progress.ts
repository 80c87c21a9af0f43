import type { PlannedFold } from "../../datasets/index.js";
import type { WorkSetting } from "../process/setting.js";

/** Milliseconds from one event to the next. */
const PAUSE = 250;

/** How far a backtest is, and how long it will take: a fold takes as long as it has rows to learn from. */
export class FoldProgress {
  readonly #folds: readonly PlannedFold[];
  readonly #epochs: number;
  readonly #setting: Pick<WorkSetting, "emit" | "clock">;
  #fold = 0;
  #stepsPerEpoch = 1;
  #steps = 0;
  #since = 0;
  /** Milliseconds of training so far, and what was learnt in them: rows, counted once an epoch. */
  #spent = 0;
  #learnt = 0;
  #told = -Infinity;

  constructor(folds: readonly PlannedFold[], epochs: number, setting: Pick<WorkSetting, "emit" | "clock">) {
    this.#folds = folds;
    this.#epochs = epochs;
    this.#setting = setting;
  }

  begin(fold: number, stepsPerEpoch: number): void {
    [this.#fold, this.#stepsPerEpoch, this.#steps] = [fold, stepsPerEpoch, 0];
    this.#since = this.#setting.clock();
  }

  /** After each step. @param epoch from 1 */
  step(epoch: number): void {
    const { emit, clock } = this.#setting;
    this.#steps++;
    const now = clock();
    this.#spent += now - this.#since;
    this.#since = now;
    this.#learnt += this.#rows(this.#fold) / this.#stepsPerEpoch;
    const last = this.#steps === this.#stepsPerEpoch * this.#epochs;
    if (now - this.#told < PAUSE && !last) return;
    this.#told = now;
    const total = this.#folds.reduce((sum, _, k) => sum + this.#rows(k) * this.#epochs, 0);
    emit({
      event: "stage",
      stage: `fold ${this.#fold + 1} of ${this.#folds.length}, epoch ${epoch} of ${this.#epochs}`,
      done: Math.round(this.#learnt),
      total,
      secondsLeft: Math.max(0, Math.round((this.#spent / this.#learnt) * (total - this.#learnt))) / 1000,
    });
  }

  #rows(fold: number): number {
    return this.#folds[fold]?.trained.rows ?? 0;
  }
}
