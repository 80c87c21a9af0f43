import { lowerIsBetter } from "../metrics/better.js";

export interface EarlyStoppingOptions {
  /** `<split>.loss` or `<split>.<target>.<metric>`, as in `validation.label.f1.macro`. */
  readonly monitor: string;
  /** Epochs in a row without an improvement that end training. */
  readonly patience: number;
  /** A change of this size or less is no improvement. */
  readonly minDelta?: number;
  /** Whether a smaller or a larger value is better; by the metric's name where omitted. */
  readonly mode?: Mode;
}

type Mode = "min" | "max";

/** Plain JSON; what is not there yet is omitted. */
export interface EarlyStoppingState {
  readonly waited: number;
  readonly best?: number;
  readonly bestEpoch?: number;
  readonly reference?: number;
}

/**
 * Watches one value over the epochs: which epoch was best, and when to give up. The best epoch is the one with the very best value; patience counts the epochs
 * since a value was better by more than `minDelta` than the last that was. A value that does not exist (null, NaN) is an epoch without improvement.
 */
export class EarlyStopping {
  readonly monitor: string;
  readonly mode: Mode;
  readonly #patience: number;
  readonly #minDelta: number;
  #state: EarlyStoppingState = { waited: 0 };

  constructor(options: EarlyStoppingOptions) {
    this.monitor = options.monitor;
    this.mode = options.mode ?? modeOf(options.monitor);
    this.#patience = options.patience;
    this.#minDelta = options.minDelta ?? 0;
  }

  get best(): number | undefined {
    return this.#state.best;
  }

  get bestEpoch(): number | undefined {
    return this.#state.bestEpoch;
  }

  /** @returns best: this epoch is the best so far. stop: patience is at an end. */
  observe(epoch: number, value: number | null): { readonly best: boolean; readonly stop: boolean } {
    const { best, reference, waited } = this.#state;
    const exists = value !== null && Number.isFinite(value);
    const isBest = exists && this.#beats(value, best, 0);
    const improved = exists && this.#beats(value, reference, this.#minDelta);
    this.#state = {
      ...this.#state,
      ...(isBest ? { best: value, bestEpoch: epoch } : {}),
      ...(improved ? { reference: value } : {}),
      waited: improved ? 0 : waited + 1,
    };
    return { best: isBest, stop: !improved && this.#state.waited >= this.#patience };
  }

  state(): EarlyStoppingState {
    return this.#state;
  }

  restore(state: EarlyStoppingState): void {
    this.#state = { ...state };
  }

  #beats(value: number, other: number | undefined, margin: number): boolean {
    if (other === undefined) return true;
    return this.mode === "min" ? value < other - margin : value > other + margin;
  }
}

function modeOf(monitor: string): Mode {
  const [, ...words] = monitor.split(".");
  return lowerIsBetter(words.join(".")) ? "min" : "max";
}
