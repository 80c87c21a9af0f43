import { LatheError } from "../../base/errors.js";
import type { Advice, LayerDiagnosis, WarningEvent } from "../../contract/events.js";
import type { DiagnosisEntry } from "../graphs/diagnosis-graph.js";
import type { Normalisers } from "../graphs/normalisers.js";
import type { StepResult } from "../trainer.js";

/** How many steps of an epoch are looked at: enough for a mean, too few to slow training. */
const SAMPLES_PER_EPOCH = 8;

/** Whether a step (from 1 within its epoch) is looked at. Depends on numbers only, so a resumed run looks at the same steps. */
export function isDiagnosed(step: number, stepsPerEpoch: number): boolean {
  return (step - 1) % Math.max(1, Math.ceil(stepsPerEpoch / SAMPLES_PER_EPOCH)) === 0;
}

/** The largest float32: what a norm counts as when its squares overflow, since neither JSON nor a chart can hold an infinity. */
const LARGEST = 3.4028234663852886e38;

/** Sums of the diagnosis over the looked-at steps of an epoch; plain numbers, so that a checkpoint can hold it. */
export class EpochDiagnosis {
  readonly #entries: readonly DiagnosisEntry[];
  /** For a step's update, where its layer's weight norm stands; -1 for all else. */
  readonly #weights: readonly number[];
  readonly #frozen: readonly string[];
  #sums: number[];
  #count = 0;

  /** @param frozen layers with weights that are not trained */
  constructor(entries: readonly DiagnosisEntry[], frozen: readonly string[] = []) {
    this.#entries = entries;
    this.#frozen = frozen;
    this.#weights = entries.map(({ layer, quantity }) =>
      quantity === "updateNorm" ? entries.findIndex((e) => e.layer === layer && e.quantity === "weightNorm") : -1,
    );
    this.#sums = entries.map(() => 0);
  }

  /** An update counts as a share of the weights at that very step: over an epoch of wild steps the weights themselves grow, and would hide it. */
  add(values: Float32Array): void {
    this.#count++;
    const finite = (i: number) => (Number.isFinite(values[i] ?? 0) ? (values[i] ?? 0) : LARGEST);
    this.#sums = this.#sums.map((sum, i) => {
      const weights = this.#weights[i] ?? -1;
      if (weights < 0) return sum + finite(i);
      return finite(weights) === 0 ? sum : sum + Math.min(finite(i) / finite(weights), LARGEST);
    });
  }

  /** Means by layer. */
  byLayer(): Readonly<Record<string, LayerDiagnosis>> {
    const found: Record<string, Record<string, number>> = {};
    this.#entries.forEach(({ layer, quantity }, i) => {
      if (quantity.endsWith("Check") || this.#count === 0) return;
      (found[layer] ??= {})[quantity] = (this.#sums[i] ?? 0) / this.#count;
    });
    return Object.fromEntries([
      ...Object.entries(found).map(([layer, { updateNorm, ...rest }]): [string, LayerDiagnosis] => [
        layer,
        { ...rest, ...(updateNorm === undefined || !rest["weightNorm"] ? {} : { updateRatio: updateNorm }) },
      ]),
      ...this.#frozen.map((layer): [string, LayerDiagnosis] => [layer, { frozen: true }]),
    ]);
  }

  reset(): void {
    this.#sums = this.#entries.map(() => 0);
    this.#count = 0;
  }

  state(): { sums: number[]; count: number } {
    return { sums: [...this.#sums], count: this.#count };
  }

  restore({ sums, count }: { readonly sums: readonly number[]; readonly count: number }): void {
    this.#sums = [...sums];
    this.#count = count;
  }
}

/** A layer whose gradient is this much smaller than the last layer's hardly learns. */
const VANISHING_RATIO = 1e-4;
const EXPLODING_NORM = 1e3;
const UPDATE_TOO_LARGE = 0.3;
const UPDATE_TOO_SMALL = 1e-7;
const SHARE = 0.5;

/**
 * What to say of an epoch's figures: what was seen, why it matters, what to try. The layers come in network order.
 * @param normalisers the normalisation that fits at each layer; none is advised where none fits or one is there.
 */
export function diagnose(layers: Readonly<Record<string, LayerDiagnosis>>, epoch: number, normalisers: Normalisers): readonly WarningEvent[] {
  const warnings: WarningEvent[] = [];
  const warn = (code: string, layer: string, advice: readonly Advice[], seen: string, ...tries: readonly (string | false)[]) =>
    warnings.push({ event: "warning", code, layer, epoch, message: `${seen} Try ${oneOf(tries.filter((one) => one !== false))}.`, advice });
  const after = (layer: string) => normalisers.get(layer)?.after ?? false;
  const before = (layer: string) => normalisers.get(layer)?.before ?? false;
  const learning = Object.entries(layers).filter(([, d]) => d.gradientNorm !== undefined);
  const last = learning.at(-1)?.[1].gradientNorm ?? 0;
  for (const [layer, d] of learning) {
    const norm = d.gradientNorm ?? 0;
    if (last > 0 && norm < last * VANISHING_RATIO) {
      warn(
        "vanishing-gradient",
        layer,
        ["replace-saturating"],
        `The gradient that reaches ${layer} is ${small(norm / last)} of the last layer's, so ${layer} hardly learns.`,
        "ReLU or ELU in place of Sigmoid or Tanh",
        "kaiming_uniform initialisation",
        after(layer) && `${after(layer)} between the layers`,
      );
    }
    if (norm > EXPLODING_NORM) {
      warn(
        "exploding-gradient",
        layer,
        ["clip", "lower-rate"],
        `The gradient at ${layer} is very large (norm ${norm.toPrecision(3)}), so steps overshoot.`,
        "clipGradNorm: 1",
        "a learning rate ten times smaller",
        "normalised inputs",
      );
    }
    if ((d.updateRatio ?? 0) > UPDATE_TOO_LARGE) {
      warn(
        "large-updates",
        layer,
        ["lower-rate", "warm-up"],
        `Each step changes ${layer} by ${percent(d.updateRatio)} of its size; about 0.1 % is usual.`,
        "a smaller learning rate",
        "a warm-up",
      );
    }
    if (d.updateRatio !== undefined && d.updateRatio < UPDATE_TOO_SMALL && norm > 0) {
      warn(
        "small-updates",
        layer,
        ["higher-rate"],
        `Each step changes ${layer} by less than a ten-millionth of its size, so it stands still.`,
        "a larger learning rate",
      );
    }
  }
  for (const [layer, d] of Object.entries(layers)) {
    if ((d.dead ?? 0) > SHARE) {
      warn(
        "dead-units",
        layer,
        ["leaky-relu", "lower-rate"],
        `${percent(d.dead)} of the units in ${layer} are off for every sample and cannot learn any more.`,
        "LeakyReLU or ELU",
        "a smaller learning rate",
        before(layer) && `${before(layer)} before it`,
      );
    }
    if ((d.saturated ?? 0) > SHARE) {
      warn(
        "saturated-units",
        layer,
        ["relu"],
        `${percent(d.saturated)} of the outputs of ${layer} are in the flat part of its curve, where gradients vanish.`,
        before(layer) && `${before(layer)} before it`,
        "xavier_uniform initialisation",
        "normalised inputs",
        "ReLU",
      );
    }
  }
  return warnings;
}

/** From here on a loss's weight may well be what makes numbers overflow. */
const HUGE_WEIGHT = 1e6;

/** What to try where the loss of a target weighs so much that its numbers may overflow; undefined where none does. */
export function lighten(losses: Readonly<Record<string, { readonly weight: number }>>): string | undefined {
  const [heaviest] = Object.entries(losses)
    .filter(([, { weight }]) => weight >= HUGE_WEIGHT)
    .sort(([, a], [, b]) => b.weight - a.weight);
  return heaviest && `a weight much smaller than ${heaviest[1].weight} for the loss of target ${heaviest[0]}`;
}

/**
 * Where and when the loss stopped being finite, from a look back at the step: the first place on the way from the weights to the loss.
 * @param likely what to try first
 */
export function notFiniteError(
  entries: readonly DiagnosisEntry[],
  normalisers: Normalisers,
  result: StepResult,
  at: { readonly epoch: number; readonly step: number },
  likely?: string,
): LatheError {
  const values = result.diagnosis ?? new Float32Array(0);
  const first = (quantity: DiagnosisEntry["quantity"]) => entries.find((entry, i) => entry.quantity === quantity && !Number.isFinite(values[i] ?? 0))?.layer;
  const [parameters, output, last] = [first("parameterCheck"), first("outputCheck"), entries.findLast(({ quantity }) => quantity === "outputCheck")?.layer];
  const layer = parameters ?? output ?? last;
  const where = parameters
    ? `the parameters of layer ${parameters}`
    : output
      ? `the output of layer ${output}`
      : `the loss on the output of layer ${last ?? "?"}`;
  const normaliser = layer === undefined ? undefined : normalisers.get(layer)?.before;
  return new LatheError(
    "training.not-finite",
    `epoch ${at.epoch}, step ${at.step}: ${where} is no longer a finite number, so training stopped; the last good checkpoint is kept. ` +
      `Try ${likely === undefined ? "" : `${likely}, `}a learning rate ten times smaller, clipGradNorm: 1, ` +
      `${normaliser === undefined ? "" : `${normaliser} before it, `}or check the inputs for extreme values`,
    { ...at, ...(layer === undefined ? {} : { layer }) },
  );
}

/** `a`, `a or b`, `a, b, or c` */
function oneOf(words: readonly string[]): string {
  return words.length < 3 ? words.join(" or ") : `${words.slice(0, -1).join(", ")}, or ${words.at(-1) ?? ""}`;
}

function percent(share: number | undefined): string {
  return `${((share ?? 0) * 100).toPrecision(3)} %`;
}

function small(ratio: number): string {
  return ratio === 0 ? "nothing" : `1/${Math.round(1 / ratio).toLocaleString("en")}`;
}
