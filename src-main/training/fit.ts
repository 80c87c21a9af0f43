import { LatheError } from "../base/errors.js";
import type { DoneEvent, EpochEvent, MetricValues, RunEvent, WarningEvent } from "../contract/events.js";
import type { TrainingConfig } from "../contract/training.js";
import { schedules } from "../optimizers/schedules/index.js";
import type { Schedule } from "../optimizers/schedules/schedule.js";
import { type Checkpoint, saveCheckpoint } from "./runs/checkpoint.js";
import type { LossTerm } from "./combining/combination.js";
import { combinedLoss } from "./combining/index.js";
import type { TrainingControl } from "./process/control.js";
import { EpochDiagnosis, diagnose, isDiagnosed, lighten, notFiniteError } from "./judging/diagnosis.js";
import { LossWatch } from "./judging/loss-watch.js";
import { lossOwner } from "./network/layout.js";
import { EarlyStopping } from "./early-stopping.js";
import { BEST_BUFFERS, BEST_PARAMETERS, type Position } from "./runs/position.js";
import { StepProgress } from "./process/progress.js";
import type { RunFolder } from "./runs/run-folder.js";
import type { Weights } from "./network/weights.js";
import type { Trainer, TrainingBatch } from "./trainer.js";

/** Where training batches come from. They are prefetched: `next` is a promise only where none has arrived yet. */
export interface TrainingBatches {
  readonly stepsPerEpoch: number;
  /** @param epoch from 1 @param fromStep steps of it already done */
  start(epoch: number, fromStep: number): void;
  next(): TrainingBatch | Promise<TrainingBatch>;
}

export interface FitSetting {
  readonly trainer: Trainer;
  readonly batches: TrainingBatches;
  readonly training: TrainingConfig;
  readonly targets: readonly string[];
  /** Validation metrics of the given weights, with the terms of the loss of all; absent where there is no validation split. */
  readonly validate: ((weights: Weights, terms: readonly LossTerm[], epoch: number) => Promise<MetricValues>) | undefined;
  readonly run: RunFolder;
  readonly control: TrainingControl;
  readonly emit: (event: RunEvent) => void;
  /** Milliseconds, monotonic. */
  readonly clock: () => number;
}

type EpochSums = { -readonly [K in Exclude<keyof Position["sums"], "loss">]: Position["sums"][K] };

export interface FitResult extends Weights {
  readonly ended: DoneEvent["ended"];
  readonly epochs: number;
  readonly bestEpoch: number;
  /** Of the loss of all, with these weights. */
  readonly terms: readonly LossTerm[];
  readonly seconds: number;
  /** Of the whole run, what is said of its loss. */
  readonly warnings: readonly string[];
}

/**
 * Trains until all epochs are done, early stopping says enough, or the user does. Everything that decides the next step is in the position, the weights and the
 * seed, so a run resumed from any checkpoint ends in the same weights, bit for bit.
 * @throws LatheError `training.not-finite`, `run.storage`, `run.missing` where its folder is deleted meanwhile, `engine.failed`
 */
export async function fit(setting: FitSetting, from?: Checkpoint<Position>): Promise<FitResult> {
  return new Fit(setting).run(from);
}

/** A run's schedule before its first step. */
export function scheduleOf(training: TrainingConfig, stepsPerEpoch: number): Schedule {
  const definition = schedules.get(training.schedule?.type ?? "constant");
  return definition.create(definition.config.parse(training.schedule ?? { type: "constant" }), {
    learningRate: Number(training.optimizer["lr"]),
    epochs: training.epochs,
    stepsPerEpoch,
  });
}

class Fit {
  readonly #s: FitSetting;
  readonly #schedule: Schedule;
  readonly #stopping: EarlyStopping;
  readonly #diagnosis: EpochDiagnosis;
  readonly #watch = new LossWatch();
  readonly #progress: StepProgress;
  readonly #warned = new Set<string>();
  #epoch = 1;
  #step = 0;
  #steps = 0;
  #sums: EpochSums;
  #best: { epoch: number; parameters: Float32Array; buffers: Float32Array } | undefined;
  #divisors: readonly number[] | undefined;
  #metricsBytes = 0;
  #ended: DoneEvent["ended"] | undefined;
  #secondsBefore = 0;
  #startedAt: number;
  #epochStartedAt: number;
  #savedAt: number;

  constructor(setting: FitSetting) {
    this.#s = setting;
    const { training, batches, trainer, clock, targets, validate } = setting;
    this.#schedule = scheduleOf(training, batches.stepsPerEpoch);
    // Without early stopping the best epoch may still be kept; without a validation split the training loss has to do.
    const { monitor = "validation.loss", patience = Number.POSITIVE_INFINITY, minDelta = 0 } = training.earlyStopping ?? {};
    this.#stopping = new EarlyStopping({ monitor: validate ? monitor : "train.loss", patience, minDelta });
    this.#diagnosis = new EpochDiagnosis(trainer.diagnosisEntries, trainer.frozenLayers);
    this.#progress = new StepProgress(clock);
    this.#sums = emptySums(targets.length);
    this.#startedAt = this.#epochStartedAt = this.#savedAt = clock();
  }

  async run(from?: Checkpoint<Position>): Promise<FitResult> {
    if (from) this.#restore(from);
    const { training, control } = this.#s;
    while (this.#ended === undefined && this.#epoch <= training.epochs) await this.#runEpoch();
    // Called off while the last epoch was judged: all is trained, and `--resume` has only the export left.
    if (this.#ended === undefined && control.wish === "cancel") this.#leave();
    this.#ended ??= "completed";
    if (control.wish !== "cancel") this.#save();
    const restored = training.restoreBest ? this.#best : undefined;
    const { trainer } = this.#s;
    const parameters = restored?.parameters ?? trainer.parameters;
    return {
      ended: this.#ended,
      epochs: this.#epoch - 1,
      bestEpoch: restored?.epoch ?? this.#epoch - 1,
      parameters,
      frozen: trainer.frozen,
      buffers: restored?.buffers ?? trainer.buffers,
      terms: trainer.lossTerms(this.#divisors, parameters),
      seconds: this.#seconds(),
      warnings: this.#watch.told === undefined ? [] : [this.#watch.told],
    };
  }

  async #runEpoch(): Promise<void> {
    const { batches, control, clock } = this.#s;
    batches.start(this.#epoch, this.#step);
    this.#epochStartedAt = clock();
    while (this.#step < batches.stepsPerEpoch) {
      if (control.paused) await this.#pause();
      if (control.wish !== "run") return this.#leave();
      await this.#runStep(await batches.next());
      if (clock() - this.#savedAt >= this.#s.training.checkpointSeconds * 1000) this.#save();
    }
    await this.#endEpoch();
  }

  async #runStep(batch: TrainingBatch): Promise<void> {
    const { trainer, batches, training, emit } = this.#s;
    const learningRate = this.#schedule.learningRate();
    const diagnosed = isDiagnosed(this.#step + 1, batches.stepsPerEpoch);
    const result = await trainer.step(batch, this.#steps + 1, learningRate, diagnosed);
    if (!Number.isFinite(result.loss)) {
      const look = await trainer.lookBack(batch, this.#steps + 1, learningRate);
      const at = { epoch: this.#epoch, step: this.#step + 1 };
      throw notFiniteError(trainer.diagnosisEntries, trainer.normalisers, look, at, lighten(training.losses));
    }
    this.#step++;
    this.#steps++;
    this.#schedule.afterStep();
    if (result.diagnosis) this.#diagnosis.add(result.diagnosis);
    this.#sums.samples += batch.size;
    const { weights } = result;
    const share = (i: number) => weights?.[i] ?? batch.size;
    result.losses.forEach((loss, i) => (this.#sums.losses[i] = (this.#sums.losses[i] ?? 0) + loss * share(i)));
    if (weights) this.#sums.weights = weights.map((weight, i) => (this.#sums.weights?.[i] ?? 0) + weight);
    const report = this.#progress.add(batch.size, result.loss, training.epochs * batches.stepsPerEpoch - this.#steps);
    if (report) emit({ event: "step", epoch: this.#epoch, step: this.#step, learningRate, ...report });
  }

  async #endEpoch(): Promise<void> {
    const { trainer, batches, training, validate, run, emit, control, targets, clock } = this.#s;
    this.#refuseBroken();
    this.#divisors ??= trainer.divisors;
    const terms = trainer.lossTerms(this.#divisors);
    const { samples, weights } = this.#sums;
    // Where samples may lack a target, its loss is the mean over those that have it, as in validation; null where none has.
    const losses = targets.map((_, i) => {
      const over = weights ? (weights[i] ?? 0) : Math.max(1, samples);
      return over > 0 ? (this.#sums.losses[i] ?? 0) / over : null;
    });
    const train: MetricValues = { loss: combinedLoss(terms, losses), ...partsOf(targets, losses, trainer.findsFactors ? terms : undefined) };
    const learningRate = this.#schedule.learningRate();
    const validation = validate ? await validate(trainer, terms, this.#epoch) : {};
    // A validation loss that does not exist is an epoch without improvement, not a reason to look elsewhere.
    this.#schedule.afterEpoch(trainer.scheduledLoss((validate ? validation["loss"] : train["loss"]) ?? Number.NaN));
    const { best, stop } = this.#stopping.observe(this.#epoch, monitored(this.#stopping.monitor, train, validation));
    const isKept = training.restoreBest && best;
    if (isKept) this.#best = { epoch: this.#epoch, parameters: trainer.parameters.slice(), buffers: trainer.buffers.slice() };
    if (control.wish === "stop") emit({ event: "state", state: "stopping" });
    const layers = this.#diagnosis.byLayer();
    const stuck = this.#watch.observe({ epoch: this.#epoch, loss: trainer.watchedLoss(terms, losses), learningRate, steps: batches.stepsPerEpoch, layers });
    const ailing = diagnose(trainer.onTheWay(layers), this.#epoch, trainer.normalisers);
    const warnings = [...ailing, ...(stuck ? [stuck] : [])].filter((warning) => !this.#warned.has(keyOf(warning)));
    for (const warning of warnings) this.#warned.add(keyOf(warning));
    const event: EpochEvent = {
      event: "epoch",
      epoch: this.#epoch,
      train,
      validation,
      learningRate,
      best: isKept,
      layers,
      seconds: this.#sums.seconds + (clock() - this.#epochStartedAt) / 1000,
      ...(warnings.length === 0 ? {} : { warnings }),
    };
    this.#metricsBytes = run.appendMetrics(event);
    emit(event);
    for (const warning of warnings) emit(warning);
    this.#epoch++;
    this.#step = 0;
    this.#sums = emptySums(targets.length);
    this.#diagnosis.reset();
    this.#epochStartedAt = clock();
    if (stop) this.#ended = "early-stopping";
    // After the last epoch there is nothing left to stop: the run has completed.
    else if (control.wish === "stop" && this.#epoch <= training.epochs) this.#ended = "stopped";
    if (clock() - this.#savedAt >= Math.min(1, this.#s.training.checkpointSeconds) * 1000) this.#save();
  }

  /** The user ends the run in mid-epoch: what was learnt is kept, the unfinished epoch is not judged. */
  #leave(): void {
    const { control, emit } = this.#s;
    this.#save();
    this.#ended = control.wish === "cancel" ? "cancelled" : "stopped";
    emit({ event: "state", state: "stopping" });
  }

  async #pause(): Promise<void> {
    const { control, emit, clock } = this.#s;
    this.#save();
    emit({ event: "state", state: "paused" });
    const pausedAt = clock();
    await control.whilePaused();
    const pause = clock() - pausedAt;
    this.#startedAt += pause;
    this.#epochStartedAt += pause;
    this.#progress.restart();
    if (control.wish === "run") emit({ event: "state", state: "running" });
  }

  /** A loss can be finite while a weight no longer is; such weights must not replace a good checkpoint. */
  #refuseBroken(): void {
    const owner = this.#s.trainer.brokenOwner;
    if (owner === undefined) return;
    const loss = this.#s.targets.some((target) => lossOwner(target) === owner);
    const what = loss ? `the numbers that weight the ${owner}` : `the weights or running statistics of layer ${owner}`;
    throw new LatheError(
      "training.not-finite",
      `epoch ${this.#epoch}, step ${this.#step}: ${what} are no longer finite numbers, so training ` +
        `stopped; the last good checkpoint is kept. ` +
        "Try a learning rate ten times smaller, clipGradNorm: 1, or check the inputs for extreme values",
      { epoch: this.#epoch, step: this.#step, ...(loss ? {} : { layer: owner }) },
    );
  }

  #save(): void {
    const { trainer, run, clock } = this.#s;
    this.#refuseBroken();
    run.refuseGone();
    const { samples, losses, weights } = this.#sums;
    const position: Position = {
      epoch: this.#epoch,
      step: this.#step,
      steps: this.#steps,
      schedule: this.#schedule.state(),
      earlyStopping: this.#stopping.state(),
      sums: { samples, losses, ...(weights ? { weights } : {}), seconds: this.#sums.seconds + (clock() - this.#epochStartedAt) / 1000 },
      diagnosis: this.#diagnosis.state(),
      lossWatch: this.#watch.state(),
      warned: [...this.#warned],
      bestEpoch: this.#best?.epoch ?? 0,
      metricsBytes: this.#metricsBytes,
      seconds: this.#seconds(),
      ...(this.#divisors === undefined ? {} : { divisors: [...this.#divisors] }),
      tensors: trainer.tensors.map(({ vector, name, shape }) => [vector, name, [...shape]]),
      ...(this.#ended === undefined ? {} : { ended: this.#ended }),
    };
    const best = this.#best ? { [BEST_PARAMETERS]: this.#best.parameters, [BEST_BUFFERS]: this.#best.buffers } : {};
    saveCheckpoint(run.checkpoints, { header: position, vectors: { ...trainer.state, ...best } });
    this.#savedAt = clock();
  }

  #restore({ header, vectors }: Checkpoint<Position>): void {
    this.#s.trainer.restore(vectors);
    this.#epoch = header.epoch;
    this.#step = header.step;
    this.#steps = header.steps;
    this.#schedule.restore(header.schedule);
    this.#stopping.restore(header.earlyStopping);
    const { samples, losses, weights, seconds } = header.sums;
    this.#sums = { samples, losses: [...losses], weights: weights && [...weights], seconds };
    this.#diagnosis.restore(header.diagnosis);
    this.#watch.restore(header.lossWatch);
    for (const key of header.warned) this.#warned.add(key);
    this.#divisors = header.divisors;
    this.#metricsBytes = header.metricsBytes;
    this.#secondsBefore = header.seconds;
    // A run that the user stopped may be taken up again; one that ended by itself only has its export left.
    if (header.ended === "completed" || header.ended === "early-stopping") this.#ended = header.ended;
    const parameters = vectors[BEST_PARAMETERS];
    if (parameters) this.#best = { epoch: header.bestEpoch, parameters, buffers: vectors[BEST_BUFFERS] ?? new Float32Array(0) };
    this.#s.run.truncateMetrics(header.metricsBytes);
  }

  #seconds(): number {
    return this.#secondsBefore + (this.#s.clock() - this.#startedAt) / 1000;
  }
}

/** What is told of each target: its loss, and where training finds it, the factor that its loss has in the loss of all. */
function partsOf(targets: readonly string[], losses: readonly (number | null)[], terms: readonly LossTerm[] | undefined): MetricValues {
  const told = targets.map((target, i) => [`${target}.loss`, losses[i] ?? null] as const);
  return Object.fromEntries([...told, ...(terms ?? []).map(({ factor }, i) => [`${targets[i] ?? ""}.weight`, factor] as const)]);
}

/** `validation.<metric>` or `train.<metric>`. */
function monitored(monitor: string, train: MetricValues, validation: MetricValues): number | null {
  const [split, ...metric] = monitor.split(".");
  const values = split === "train" ? train : validation;
  const name = metric.join(".");
  if (!(name in values))
    throw new LatheError(
      "project.invalid",
      `training.earlyStopping.monitor: there is no ${monitor}; there are ${Object.keys(values)
        .map((m) => `${split}.${m}`)
        .join(", ")}`,
    );
  return values[name] ?? null;
}

/** A run warns of a kind of thing at a layer once. */
function keyOf({ code, layer }: WarningEvent): string {
  return `${code} ${layer ?? ""}`;
}

function emptySums(targets: number): EpochSums {
  return { samples: 0, losses: Array.from({ length: targets }, () => 0), weights: undefined, seconds: 0 };
}
