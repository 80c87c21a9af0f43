import type { LayerDiagnosis, WarningEvent } from "../../contract/events.js";

/** Epochs from the first on in which the loss must have moved. */
const EPOCHS = 5;
/** A loss within this share of the first epoch's has not moved. */
const MOVED = 1e-3;
/** Steps in which an epoch can learn all that there is. */
const MANY_STEPS = 1000;
/** Share of units that are off from which a layer is named. */
const DEAD = 0.5;

/** What has been seen; of a run that began before it was watched, nothing. */
export interface LossWatchState {
  readonly first?: number;
  /** The warning, once given. */
  readonly told?: string;
}

export interface WatchedEpoch {
  /** From 1. */
  readonly epoch: number;
  /** The mean over its training rows. */
  readonly loss: number;
  readonly learningRate: number;
  readonly steps: number;
  readonly layers: Readonly<Record<string, LayerDiagnosis>>;
}

/** Sees whether training moves at all: once, where the training loss of each of the first five epochs is within 0.1 % of the first one's. */
export class LossWatch {
  #state: LossWatchState = {};

  /** The warning; undefined where there is none, or it has been given. */
  observe(seen: WatchedEpoch): WarningEvent | undefined {
    const { epoch, loss } = seen;
    if (epoch === 1 && loss !== 0) this.#state = { first: loss };
    const { first, told } = this.#state;
    if (first === undefined || told !== undefined) return undefined;
    if (!(Math.abs(loss - first) <= MOVED * Math.abs(first))) this.#state = {};
    else if (epoch >= EPOCHS) {
      const warning = stuck(seen, first);
      this.#state = { first, told: warning.message };
      return warning;
    }
    return undefined;
  }

  /** The warning that was given. */
  get told(): string | undefined {
    return this.#state.told;
  }

  state(): LossWatchState {
    return { ...this.#state };
  }

  restore(state: LossWatchState = {}): void {
    this.#state = { ...state };
  }
}

function stuck({ epoch, loss, learningRate, steps, layers }: WatchedEpoch, first: number): WarningEvent {
  const dead = Object.entries(layers).flatMap(([layer, d]) => ((d.dead ?? 0) > DEAD ? [layer] : []));
  const [layer] = dead;
  const causes = [
    `a learning rate (${Number(learningRate.toPrecision(3))}) that is too small, or so large that it spoilt the weights at once`,
    dead.length > 0 ? `dead units in ${dead.join(", ")}` : "ReLU units that are all off",
    "a softmax or sigmoid before a loss that has its own",
    "targets that the inputs say nothing about",
    ...(steps >= MANY_STEPS ? [`or nothing: ${steps.toLocaleString("en")} steps of the first epoch may have learnt all there is`] : []),
  ];
  return {
    event: "warning",
    code: "loss-not-moving",
    epoch,
    ...(layer === undefined ? {} : { layer }),
    message: `The training loss has not moved in ${epoch} epochs: ${figure(first)} in the first, ${figure(loss)} now. Likely causes: ${causes.join("; ")}.`,
    advice: ["higher-rate", "lower-rate", ...(layer === undefined ? [] : (["leaky-relu"] as const))],
  };
}

function figure(value: number): string {
  return String(Number(value.toPrecision(4)));
}
