import { dirname } from "node:path";
import { AsyncDisposableStore } from "../base/disposable.js";
import { LatheError, toLatheError } from "../base/errors.js";
import { version } from "../base/version.js";
import type { TrainRequest } from "../contract/engine-messages.js";
import type { DoneEvent, RunEvent } from "../contract/events.js";
import { projectFileOf, readProjectFile } from "../contract/project-file.js";
import { learnAsAsked } from "../contract/learning-ways.js";
import { parseProject } from "../contract/project.js";
import type { Loader } from "../datasets/index.js";
import { chooseEngine, engineCandidates } from "../engines/index.js";
import { holdings } from "../layers/holdings.js";
import { type Checkpoint, loadCheckpoint, peekCheckpoint } from "./runs/checkpoint.js";
import { type KeptWeights, readKeptWeights } from "./runs/kept-weights.js";
import { EngineMemory } from "./process/engine-memory.js";
import { Evaluator, measure } from "./judging/evaluator.js";
import { watchForecast } from "./judging/forecast/watch-forecast.js";
import { finish } from "./finish.js";
import { fit, scheduleOf } from "./fit.js";
import { type Position, type PositionSetting, readPosition } from "./runs/position.js";
import { type RunConfig, readConfig, writeConfig } from "./runs/run-config.js";
import { RunFolder } from "./runs/run-folder.js";
import { faultWarning } from "./network/project-faults.js";
import type { WorkSetting } from "./process/setting.js";
import { settleEngine } from "./process/settle-engine.js";
import { names } from "./network/specification.js";
import { Trainer, initialWeights } from "./trainer.js";
import { type Workbench, openWorkbench } from "./workbench.js";

/**
 * One training run from project to verified model: reads and encodes the data, trains, judges, exports, compares the export with the trainer, reports.
 * @returns the `done` event.
 * @throws LatheError what went wrong; it also stands in the run's log, and checkpoints stay.
 */
export async function train(request: TrainRequest, setting: WorkSetting): Promise<DoneEvent> {
  const opened = new AsyncDisposableStore();
  let done: DoneEvent;
  try {
    done = await trainRun(await (request.resume === undefined || request.resume === false ? begin : takeUp)(request, setting, opened), setting);
  } finally {
    await opened.dispose((thrown) =>
      setting.emit({ event: "log", level: "warning", message: `something that training used could not be let go of: ${toLatheError(thrown).message}` }),
    );
  }
  // Whoever hears that it has ended may delete the run, or resume it: its lock is gone.
  setting.emit(done);
  return done;
}

async function trainRun(started: Started, setting: WorkSetting): Promise<DoneEvent> {
  const { run, bench } = started;
  const emit = (event: RunEvent) => {
    setting.emit(event);
    const line = logLine(event);
    const unwritten = line === undefined ? undefined : run.log(line, setting.now());
    if (unwritten) setting.emit({ event: "log", level: "warning", message: unwritten.message });
  };
  run.setAside();
  run.markFailed(undefined);
  try {
    for (const message of bench.told) emit({ event: "log", level: "info", message });
    for (const message of [...bench.prepared.audit.warnings.map((w) => w.message), ...bench.notes]) emit({ event: "log", level: "warning", message });
    for (const fault of bench.faults) emit(faultWarning(fault));
    const done = await work(started, { ...setting, emit });
    run.log(`ended: ${done.ended}`, setting.now());
    return done;
  } catch (thrown) {
    const error = causeOf(run, thrown);
    run.log(`failed: ${error.message}`, setting.now());
    run.markFailed(error.toRecord());
    throw error;
  }
}

/** Why a run failed. Where its folder has gone, with the project's perhaps, all else that could not be read or written is a consequence. */
function causeOf(run: RunFolder, thrown: unknown): LatheError {
  try {
    run.refuseGone();
    return toLatheError(thrown);
  } catch (gone) {
    return toLatheError(gone);
  }
}

interface Started {
  readonly run: RunFolder;
  readonly bench: Workbench;
  /** Training rows, in the run's order. */
  readonly batches: Loader;
  readonly trainer: Trainer;
  readonly evaluator: Evaluator;
  /** Where a run that is taken up stands; undefined: at its beginning. */
  readonly from: Checkpoint<Position> | undefined;
}

/**
 * A new run. Its folder is made only once project, data and model have proved good, and its engine is settled. @param opened gets all that is to be let go of.
 */
async function begin(request: TrainRequest, setting: WorkSetting, opened: AsyncDisposableStore): Promise<Started> {
  const { emit, now, control, clock } = setting;
  const { project: written, folder, file } = await readProjectFile(request.project);
  const asked = parseProject(
    {
      ...written,
      ...(request.seed === undefined ? {} : { seed: request.seed }),
      ...(request.model === undefined ? {} : { model: request.model }),
      training: { ...written.training, ...(request.epochs === undefined ? {} : { epochs: request.epochs }) },
    },
    file,
  );
  const { learn } = request;
  const groups = learn && learnAsAsked(file, { model: asked.model, groups: asked.training.groups }, learn, holdings);
  const project = groups ? parseProject({ ...asked, training: { ...asked.training, groups } }, file) : asked;
  const {
    training: { engine, device, threads },
  } = project;
  const preferred = request.preferred ?? { engine, device, threads };
  const wish = [request.engine ?? leftOpen(engine, preferred.engine), request.device ?? leftOpen(device, preferred.device)] as const;
  const wanted = leftOpen(threads, preferred.threads);
  const start = request.from === undefined ? undefined : readKeptWeights(folder, request.from);
  const whole = await openWorkbench({
    project,
    start,
    folder,
    choice: await chooseEngine(...wish),
    ...(wanted === "auto" ? {} : { threads: wanted }),
    refuse: file,
    emit,
    signal: control.preparation,
  });
  const first = await whole.withFeatures(initialWeights(whole.spec, project.seed), { emit, clock, signal: control.preparation });
  const batches = opened.add(first.trainingLoader());
  const candidates = wish.includes("auto") ? await engineCandidates(...wish) : [];
  const memory = new EngineMemory(folder, first.steps, candidates, first.compile.threads, now);
  const { bench, trainer } = await settleEngine({ bench: first, candidates, batches, memory }, setting);
  opened.add(trainer);
  const { choice, compile } = bench;
  const evaluator = opened.add(await Evaluator.create(bench.steps, choice.engine, compile));
  const run = opened.addLast(RunFolder.create(folder));
  writeConfig(run, {
    version: 5,
    lathe: version,
    created: now().toISOString(),
    projectFolder: folder,
    engine: choice.engine.name,
    engineVersion: choice.status.version ?? "unknown",
    device: choice.device,
    reason: choice.reason,
    threads: compile.threads,
    ...(bench.features ? { features: bench.features } : {}),
    dataFingerprint: bench.prepared.fingerprint,
    ...(Object.keys(bench.origin).length > 0 ? { origin: bench.origin } : {}),
    project,
  });
  return { run, bench, batches, trainer, evaluator, from: undefined };
}

/** What the project says; where it says `auto`, what the user prefers. */
function leftOpen<T>(said: T, preferred: T): T {
  return said === "auto" ? preferred : said;
}

/**
 * An old run, with the settings it began with; another engine or device may take it over where it is named, since a checkpoint is the same for all.
 * What its last ending left is not touched before it is sure that the run can be resumed.
 * @param opened gets all that is to be let go of.
 * @throws LatheError `run.missing`, `run.locked`, `run.checkpoint`, `data.changed`, `usage`
 */
async function takeUp(request: TrainRequest, { emit, now, control, clock }: WorkSetting, opened: AsyncDisposableStore): Promise<Started> {
  const overrides = (["epochs", "seed", "from", "learn"] as const).filter((name) => request[name] !== undefined);
  if (overrides.length > 0) throw new LatheError("usage", `--resume keeps to the run's own settings; omit --${overrides.join(", --")}, or start a new run`);
  // The run's own configuration counts: whatever the project file says by now, or whether it is in order, does not matter.
  const folder = dirname(await projectFileOf(request.project));
  const run = opened.addLast(RunFolder.open(folder, request.resume === true ? undefined : String(request.resume)).lock());
  const warn = (message: string) => {
    emit({ event: "log", level: "warning", message });
    run.log(message, now());
  };
  const config = readConfig(run);
  const chosen = await chooseEngine(request.engine ?? config.engine, request.device ?? (request.engine === undefined ? config.device : "auto"));
  const moves = chosen.engine.name !== config.engine || chosen.device !== config.device;
  const choice = moves ? chosen : { ...chosen, reason: config.reason };
  if (moves) {
    warn(
      `run ${run.id} began with ${config.engine} ${config.engineVersion} on ${config.device} and resumes ` +
        `with ${choice.engine.name} ${choice.status.version ?? ""} on ${choice.device}, as asked for: ` +
        "its last digits may be others than with one engine throughout",
    );
  }
  const begun = peekCheckpoint(run.checkpoints) !== undefined;
  const whole = await openWorkbench({
    project: config.project,
    start: begun ? "checkpoint" : keptBefore(folder, config),
    folder,
    choice,
    threads: config.threads,
    features: config.features ?? null,
    began: config.dataFingerprint,
    asOf: config.version,
    emit,
    signal: control.preparation,
  });
  refuseChange(run, config, whole);
  if (!begun) refuseOtherOrigin(run, config, whole);
  const { spec, steps, compile, project, stepsPerEpoch } = whole;
  const trainer = opened.add(await Trainer.create(steps, choice.engine, compile, config.project.seed));
  const setting: PositionSetting = {
    state: trainer.state,
    training: project.training,
    stepsPerEpoch,
    targets: spec.targets.length,
    diagnosed: trainer.diagnosisEntries.length,
    schedule: scheduleOf(project.training, stepsPerEpoch).state(),
  };
  const from = loadCheckpoint(
    run.checkpoints,
    (file, reason) => warn(`${file} is damaged (${reason}); resuming from the one before`),
    (checkpoint) => readPosition(checkpoint, setting),
  );
  // What was frozen stands in the checkpoint: the features of the run are those that it gives.
  const { [names.frozen]: frozen = trainer.frozen, [names.buffers]: buffers = trainer.buffers } = from?.vectors ?? {};
  const bench = await whole.withFeatures({ parameters: trainer.parameters, frozen, buffers }, { emit, clock, signal: control.preparation });
  const batches = opened.add(bench.trainingLoader());
  return { run, bench, trainer, batches, evaluator: opened.add(await Evaluator.create(steps, choice.engine, compile)), from };
}

/** Other data would make another model: a resumed run must not mix two. */
function refuseChange(run: RunFolder, config: RunConfig, bench: Workbench): void {
  if (bench.prepared.fingerprint === config.dataFingerprint) return;
  throw new LatheError(
    "data.changed",
    `the data has changed since run ${run.id} began (${config.project.data.source.path}), so it cannot be resumed; start a new run, or put the old file back`,
  );
}

/** What a run began from that was killed before anything was kept of it. */
function keptBefore(folder: string, { origin }: RunConfig): KeptWeights | undefined {
  return origin?.from ? readKeptWeights(folder, origin.from.run) : undefined;
}

/** Such a run begins again, and from the same weights. */
function refuseOtherOrigin(run: RunFolder, { origin = {} }: RunConfig, bench: Workbench): void {
  const then = { ...origin.pretrained, ...(origin.from ? { [`run ${origin.from.run}`]: origin.from.sha256 } : {}) };
  const now = { ...bench.origin.pretrained, ...(bench.origin.from ? { [`run ${bench.origin.from.run}`]: bench.origin.from.sha256 } : {}) };
  const changed = Object.keys({ ...then, ...now }).filter((name) => then[name] !== now[name]);
  if (changed.length === 0) return;
  throw new LatheError(
    "data.changed",
    `what run ${run.id} began from has changed since (${changed.join(", ")}), and nothing was kept of it yet, so it cannot be resumed; start a new run`,
    { changed },
  );
}

async function work({ run, bench, batches, trainer, evaluator, from }: Started, setting: WorkSetting): Promise<DoneEvent> {
  const { spec, project, prepared, choice, compile } = bench;
  const { emit, control, clock } = setting;
  if (!from) run.truncateMetrics(0);
  const validationRows = prepared.counts.validation;
  const validationBatches = validationRows > 0 ? bench.judgedLoader("validation") : undefined;
  const watched = validationRows > 0 ? watchForecast({ prepared, judged: bench.judged, emit, clock }) : undefined;
  try {
    emit({
      event: "run",
      run: run.id,
      folder: run.path,
      project: project.name,
      engine: choice.engine.name,
      engineVersion: choice.status.version ?? "unknown",
      device: compile.device,
      reason: choice.reason,
      threads: compile.threads,
      epochs: project.training.epochs,
      stepsPerEpoch: batches.stepsPerEpoch,
      batchSize: project.training.batchSize,
      parameters: spec.layout.parameterCount,
      samples: prepared.counts,
      ...(from ? { resumedFrom: { epoch: from.header.epoch, step: from.header.step } } : {}),
    });
    const result = await fit(
      {
        trainer,
        batches,
        training: project.training,
        targets: spec.targets.map(({ name }) => name),
        run,
        control,
        emit,
        clock,
        validate:
          validationBatches &&
          (async (weights, terms, epoch) => {
            const predictions = await evaluator.predict(validationBatches, validationRows, weights);
            watched?.show(predictions, epoch);
            return measure(spec, bench.judged, predictions, terms).metrics;
          }),
      },
      from,
    );
    const { ended } = result;
    if (ended === "cancelled") return { event: "done", run: run.id, test: {}, ended };
    try {
      return await finish(bench, run, evaluator, { ...result, ended }, emit, control);
    } catch (thrown) {
      if (toLatheError(thrown).code !== "cancelled") throw thrown;
      return { event: "done", run: run.id, test: {}, ended: "cancelled" };
    }
  } finally {
    await validationBatches?.dispose();
  }
}

/** What of a run's events stands in its log. */
function logLine(event: RunEvent): string | undefined {
  switch (event.event) {
    case "run":
      return (
        `${event.resumedFrom ? `resumed in epoch ${event.resumedFrom.epoch} after step ${event.resumedFrom.step}` : "started"}: ` +
        `${event.engine} ${event.engineVersion} on ${event.device}, ${event.threads} threads (${event.reason})`
      );
    // The rest of the figures is in metrics.jsonl.
    case "epoch":
      return (
        `epoch ${event.epoch}: train loss ${event.train["loss"] ?? "none"}, validation ` +
        `loss ${event.validation["loss"] ?? "none"}${event.best ? ", best so far" : ""}`
      );
    case "warning":
      return `warning: ${event.message}`;
    case "log":
      return `${event.level}: ${event.message}`;
    case "state":
      return event.state;
    case "stage":
    case "step":
    case "forecast":
    case "done":
    case "failed":
      return undefined;
  }
}
