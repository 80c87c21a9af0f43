import { defined } from "../../base/assert.js";
import { finiteOrNull } from "../../base/finite.js";
import type { SplitReport } from "../../contract/report.js";
import type { CompileOptions, Engine, Executable, Tensors } from "../../engines/engine.js";
import { combinedLoss } from "../graphs/combined-loss.js";
import { buildEvaluationGraph } from "../graphs/evaluation-graph.js";
import { type TargetSpec, type TrainingSpec, names } from "../network/specification.js";
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

  private constructor(spec: TrainingSpec, executable: Executable) {
    this.#spec = spec;
    this.#executable = executable;
  }

  static async create(spec: TrainingSpec, engine: Engine, options: CompileOptions): Promise<Evaluator> {
    return new Evaluator(spec, await engine.compile(buildEvaluationGraph(spec), options));
  }

  /** @param rows in the split; @param onBatch told how many rows are done. */
  async predict(
    batches: EvaluationBatches,
    rows: number,
    parameters: Float32Array,
    buffers: Float32Array,
    onBatch?: (rows: number) => void,
  ): Promise<Predictions> {
    const weights: Tensors = {
      [names.parameters]: { dtype: "float32", dims: [parameters.length], data: parameters },
      ...(buffers.length > 0 ? { [names.buffers]: { dtype: "float32" as const, dims: [buffers.length], data: buffers } } : {}),
    };
    const gathered = this.#spec.targets.map((target) => new Gathered(target, rows));
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

/** The metrics of predictions, named `<target>.<metric>`, with the combined loss as `loss`. @param divisors of that, as of the run's training loss. */
export function measure(
  spec: TrainingSpec,
  judged: ReadonlyMap<string, JudgedTarget>,
  predictions: Predictions,
  divisors: readonly number[] | undefined,
): SplitReport {
  const loss = combinedLoss(
    spec.training,
    spec.targets.map(({ name }) => ({ name, loss: lossOf(predictions, name) })),
    divisors,
  );
  const metrics: Record<string, number | null> = { loss: finiteOrNull(loss) };
  const confusion: SplitReport["confusion"] = {};
  const missing: Record<string, number> = {};
  for (const target of spec.targets) {
    const name = target.name;
    const [how, truth] = [defined(judged.get(name), name), defined(predictions.truths.get(name), name)];
    const { values, matrix } = judge(how, defined(predictions.outputs.get(name), name), truth);
    const gaps = target.masked ? countGaps(how, truth) : 0;
    if (gaps > 0) missing[name] = gaps;
    metrics[`${name}.loss`] = lossOf(predictions, name);
    for (const [metric, value] of Object.entries(values)) metrics[`${name}.${metric}`] = value;
    if (matrix) confusion[name] = matrix;
  }
  return { rows: predictions.rows, ...(Object.keys(missing).length > 0 ? { missing } : {}), metrics, confusion };
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
  ) {
    this.outputs = new Float32Array(rows * target.width);
    this.truth = target.kind === "category" ? new Int32Array(rows) : new Float32Array(rows * target.width);
  }

  add(batch: TrainingBatch, result: Tensors): void {
    const { name, width } = this.target;
    this.outputs.set(floats(result, names.output(name)), this.rows * width);
    const truth = defined(batch.tensors[names.target(name)], names.target(name));
    if (truth.dtype === "int64") truth.data.forEach((v, i) => (this.truth[this.rows + i] = Number(v)));
    else if (truth.dtype === "float32") this.truth.set(truth.data, this.rows * width);
    const counts = this.target.masked ? floats(batch.tensors, names.counts(name)) : undefined;
    const [at, none] = this.target.kind === "category" ? [this.rows, -1] : [this.rows * width, Number.NaN];
    counts?.forEach((there, i) => {
      if (there === 0) this.truth[at + i] = none;
    });
    const weight = floats(result, names.targetWeight(name))[0] ?? 0;
    // A batch whose every row is excluded (ignoreIndex) has a loss of 0/0 and no say.
    if (weight > 0) this.#loss += (floats(result, names.targetLoss(name))[0] ?? 0) * weight;
    this.#weight += weight;
    this.rows += batch.size;
  }

  get loss(): number | null {
    return this.target.masked && this.#weight === 0 ? null : this.#loss / this.#weight;
  }
}
