import { defined } from "../../base/assert.js";
import { rowsOfSample } from "../../base/draws.js";
import { finiteOrNull } from "../../base/finite.js";
import type { SplitReport } from "../../contract/report.js";
import type { CompileOptions, Engine, Executable, Tensors } from "../../engines/engine.js";
import type { LossTerm } from "../combining/combination.js";
import { combinedLoss } from "../combining/index.js";
import { buildEvaluationGraph } from "../graphs/evaluation-graph.js";
import { type Weights, weightTensors, weightsFor } from "../network/weights.js";
import { type TargetSpec, type TrainingSpec, drawnFor, isIndex, names } from "../network/specification.js";
import { type JudgedTarget, countGaps, judge } from "./judge.js";
import { type TrainingBatch, floats } from "../trainer.js";

/** A split read once from the front, in order. */
export interface EvaluationBatches {
  readonly stepsPerEpoch: number;
  start(epoch: number, fromStep: number): void;
  next(): TrainingBatch | Promise<TrainingBatch>;
}

/** Predictions and truth of a whole split, by target. */
export interface Predictions {
  readonly rows: number;
  /** Row-major `[rows, width]` by target; truths of class -1, and NaN, are missing. */
  readonly outputs: ReadonlyMap<string, Float32Array>;
  readonly truths: ReadonlyMap<string, Float32Array | Int32Array>;
  /** Mean loss by target, over the rows that have it; null where none has. */
  readonly losses: ReadonlyMap<string, number | null>;
}

/** Runs the evaluation graph over splits, with whatever weights it is given. */
export class Evaluator {
  readonly #spec: TrainingSpec;
  readonly #executable: Executable;
  readonly #inParts: boolean;

  private constructor(spec: TrainingSpec, executable: Executable, inParts: boolean) {
    this.#spec = spec;
    this.#executable = executable;
    this.#inParts = inParts;
  }

  static async create(spec: TrainingSpec, engine: Engine, options: CompileOptions): Promise<Evaluator> {
    // In a graph, to cut a vector of weights into parts is to copy it.
    const inParts = engine.sharesMemory(options.device);
    return new Evaluator(spec, await engine.compile(buildEvaluationGraph(spec, inParts), options), inParts);
  }

  /** @param rows in the split; @param whole of the whole network; @param onBatch told how many rows are done. */
  async predict(batches: EvaluationBatches, rows: number, whole: Weights, onBatch?: (rows: number) => void): Promise<Predictions> {
    const weights = weightTensors(this.#spec.layout, weightsFor(this.#spec, whole), this.#inParts);
    const perSample = rowsOfSample(drawnFor(this.#spec)?.draws);
    const gathered = this.#spec.targets.map((target) => new Gathered(target, rows, perSample));
    batches.start(1, 0);
    for (let step = 0; step < batches.stepsPerEpoch; step++) {
      const batch = await batches.next();
      const result = await this.#executable.run({ ...weights, ...batch.tensors });
      for (const target of gathered) target.add(batch, result);
      onBatch?.(gathered[0]?.rows ?? 0);
    }
    return {
      rows,
      outputs: new Map(gathered.map((g) => [g.target.name, g.outputs])),
      truths: new Map(gathered.map((g) => [g.target.name, g.truth])),
      losses: new Map(gathered.map((g) => [g.target.name, g.loss])),
    };
  }

  async dispose(): Promise<void> {
    await this.#executable.dispose();
  }
}

/** The metrics of predictions, named `<target>.<metric>`, with the loss of all as `loss`. @param terms of that, as of the training loss. */
export function measure(spec: TrainingSpec, judged: ReadonlyMap<string, JudgedTarget>, predictions: Predictions, terms: readonly LossTerm[]): SplitReport {
  const loss = combinedLoss(
    terms,
    spec.targets.map(({ name }) => lossOf(predictions, name)),
  );
  const metrics: Record<string, number | null> = { loss: finiteOrNull(loss) };
  const confusion: SplitReport["confusion"] = {};
  const missing: Record<string, number> = {};
  const labels: NonNullable<SplitReport["labels"]> = {};
  for (const target of spec.targets) {
    const name = target.name;
    const [how, truth] = [defined(judged.get(name), name), defined(predictions.truths.get(name), name)];
    const { values, matrix, labels: own } = judge(how, defined(predictions.outputs.get(name), name), truth);
    const gaps = target.masked ? countGaps(how, truth, predictions.rows) : 0;
    if (gaps > 0) missing[name] = gaps;
    metrics[`${name}.loss`] = lossOf(predictions, name);
    for (const [metric, value] of Object.entries(values)) metrics[`${name}.${metric}`] = value;
    if (matrix) confusion[name] = matrix;
    if (own) labels[name] = own;
  }
  return {
    rows: predictions.rows,
    ...(Object.keys(missing).length > 0 ? { missing } : {}),
    metrics,
    confusion,
    ...(Object.keys(labels).length > 0 ? { labels } : {}),
  };
}

function lossOf({ losses }: Predictions, name: string): number | null {
  const loss = losses.get(name);
  return loss === undefined ? Number.NaN : loss;
}

/** One target's predictions, filled batch by batch. */
class Gathered {
  readonly outputs: Float32Array;
  readonly truth: Float32Array | Int32Array;
  rows = 0;
  #loss = 0;
  #weight = 0;

  constructor(
    readonly target: TargetSpec,
    rows: number,
    /** Rows of a batch for each sample, its own first. */
    readonly perSample: number,
  ) {
    this.outputs = new Float32Array(rows * target.width);
    this.truth = isIndex(target) ? new Int32Array(rows) : new Float32Array(rows * target.width);
  }

  add(batch: TrainingBatch, result: Tensors): void {
    const { name, width } = this.target;
    const samples = batch.size / this.perSample;
    this.outputs.set(everyFirst(floats(result, names.output(name)), width, this.perSample), this.rows * width);
    const truth = defined(batch.tensors[names.target(name)], names.target(name));
    if (truth.dtype === "int64") for (let i = 0; i < samples; i++) this.truth[this.rows + i] = Number(truth.data[i * this.perSample]);
    else if (truth.dtype === "float32") this.truth.set(everyFirst(truth.data, width, this.perSample), this.rows * width);
    const each = isIndex(this.target) ? 1 : width;
    const counts = this.target.masked ? everyFirst(floats(batch.tensors, names.counts(name)), each, this.perSample) : undefined;
    counts?.forEach((there, i) => {
      if (there === 0) this.truth[this.rows * each + i] = isIndex(this.target) ? -1 : Number.NaN;
    });
    const weight = floats(result, names.targetWeight(name))[0] ?? 0;
    // A batch whose every row is excluded (ignoreIndex) has a loss of 0/0 and no say.
    if (weight > 0) this.#loss += (floats(result, names.targetLoss(name))[0] ?? 0) * weight;
    this.#weight += weight;
    this.rows += samples;
  }

  get loss(): number | null {
    return this.target.masked && this.#weight === 0 ? null : this.#loss / this.#weight;
  }
}

/** Of every `count` rows the first. */
function everyFirst(values: Float32Array, width: number, count: number): Float32Array {
  if (count === 1) return values;
  return Float32Array.from({ length: values.length / count }, (_, i) => values[Math.floor(i / width) * count * width + (i % width)] ?? 0);
}
