import { dirname } from "node:path";
import { LatheError, toLatheError } from "../base/errors.js";
import { version } from "../base/version.js";
import type { TrainRequest } from "../contract/engine-messages.js";
import type { DoneEvent, RunEvent } from "../contract/events.js";
import { projectFileOf, readProjectFile } from "../contract/project-file.js";
import { parseProject } from "../contract/project.js";
import type { Loader } from "../datasets/index.js";
import { chooseEngine, engineCandidates } from "../engines/index.js";
import { loadCheckpoint } from "./checkpoint.js";
import { EngineMemory } from "./engine-memory.js";
import { Evaluator, measure } from "./evaluator.js";
import { finish } from "./finish.js";
import { type Position, fit } from "./fit.js";
import { type RunConfig, readConfig, writeConfig } from "./run-config.js";
import { RunFolder } from "./run-folder.js";
import type { WorkSetting } from "./setting.js";
import { settleEngine } from "./settle-engine.js";
import { Trainer } from "./trainer.js";
import { type Workbench, openWorkbench } from "./workbench.js";

/**
 * One training run from project to verified model: reads and encodes the data, trains, judges, exports, compares the export with the trainer, reports.
 * @returns the `done` event.
 * @throws LatheError what went wrong; it also stands in the run's log, and checkpoints stay.
 */
export async function train(request: TrainRequest, setting: WorkSetting): Promise<DoneEvent> {
  const started = request.resume ? await takeUp(request, setting) : await begin(request, setting);
  const { run, bench, batches, trainer, evaluator } = started;
  const emit = (event: RunEvent) => {
    setting.emit(event);
    const line = logLine(event);
    if (line !== undefined) run.log(line, setting.now());
  };
  run.markFailed(undefined);
  run.setAside("report.json", "model.onnx");
  try {
    for (const message of [...bench.prepared.audit.warnings.map((w) => w.message), ...bench.notes]) emit({ event: "log", level: "warning", message });
    const done = await work(started, { ...setting, emit });
    emit(done);
    return done;
  } catch (thrown) {
    const error = toLatheError(thrown);
    run.log(`failed: ${error.message}`, setting.now());
    run.markFailed(error.toRecord());
    throw error;
  } finally {
    run.unlock();
    await batches.dispose();
    await trainer.dispose();
    await evaluator.dispose();
  }
}

interface Started {
  readonly run: RunFolder;
  readonly bench: Workbench;
  /** Training rows, in the run's order. */
  readonly batches: Loader;
  readonly trainer: Trainer;
  readonly evaluator: Evaluator;
}

/** A new run. Its folder is made only once project, data and model have proved good, and its engine is settled. */
async function begin(request: TrainRequest, setting: WorkSetting): Promise<Started> {
  const { emit, now, control } = setting;
  const { project: written, folder, file } = await readProjectFile(request.project);
  const project = parseProject({
    ...written,
    ...(request.seed === undefined ? {} : { seed: request.seed }),
    training: { ...written.training, ...(request.epochs === undefined ? {} : { epochs: request.epochs }) },
  }, file);
  const { training: { engine, device, threads } } = project;
  const preferred = request.preferred ?? { engine, device, threads };
  const wish = [request.engine ?? leftOpen(engine, preferred.engine), request.device ?? leftOpen(device, preferred.device)] as const;
  const wanted = leftOpen(threads, preferred.threads);
  const opened = await openWorkbench({ project, folder, choice: await chooseEngine(...wish), ...(wanted === "auto" ? {} : { threads: wanted }), emit, signal: control.preparation });
  const batches = opened.trainingLoader();
  try {
    const candidates = wish.includes("auto") ? await engineCandidates(...wish) : [];
    const memory = new EngineMemory(folder, opened.spec, candidates, opened.compile.threads, now);
    const { bench, trainer } = await settleEngine({ bench: opened, candidates, batches, memory }, setting);
    const { choice, compile } = bench;
    const evaluator = await Evaluator.create(bench.spec, choice.engine, compile);
    const run = RunFolder.create(folder);
    writeConfig(run, {
      version: 1, lathe: version, created: now().toISOString(), projectFolder: folder,
      engine: choice.engine.name, engineVersion: choice.status.version ?? "unknown", device: choice.device, reason: choice.reason,
      threads: compile.threads, dataFingerprint: bench.prepared.fingerprint, project,
    });
    return { run, bench, batches, trainer, evaluator };
  } catch (thrown) {
    await batches.dispose();
    throw thrown;
  }
}

/** What the project says; where it says `auto`, what the user prefers. */
function leftOpen<T>(said: T, preferred: T): T {
  return said === "auto" ? preferred : said;
}

/**
 * An old run, with the settings it began with; another engine or device may take it over where it is named, since a checkpoint is the same for all.
 * @throws LatheError `run.missing`, `run.locked`, `data.changed`, `usage`
 */
async function takeUp(request: TrainRequest, { emit, now, control }: WorkSetting): Promise<Started> {
  const overrides = (["epochs", "seed"] as const).filter((name) => request[name] !== undefined);
  if (overrides.length > 0) throw new LatheError("usage", `--resume goes on with the run's own settings; leave out --${overrides.join(", --")}, or start a new run`);
  // The run's own configuration counts: whatever the project file says by now, or whether it is in order, does not matter.
  const folder = dirname(await projectFileOf(request.project));
  const run = RunFolder.open(folder, request.resume === true ? undefined : String(request.resume)).lock();
  try {
    const config = readConfig(run);
    const chosen = await chooseEngine(request.engine ?? config.engine, request.device ?? (request.engine === undefined ? config.device : "auto"));
    const moves = chosen.engine.name !== config.engine || chosen.device !== config.device;
    const choice = moves ? chosen : { ...chosen, reason: config.reason };
    if (moves) {
      const message = `run ${run.id} began with ${config.engine} ${config.engineVersion} on ${config.device} and goes on with ${choice.engine.name} ${choice.status.version ?? ""} on ${choice.device}, as asked for: `
        + "its last digits may be others than with one engine throughout";
      emit({ event: "log", level: "warning", message });
      run.log(message, now());
    }
    const bench = await openWorkbench({ project: config.project, folder, choice, threads: config.threads, emit, signal: control.preparation });
    refuseChange(run, config, bench);
    const { spec, compile } = bench;
    const trainer = await Trainer.create(spec, choice.engine, compile, config.project.seed);
    return { run, bench, trainer, evaluator: await Evaluator.create(spec, choice.engine, compile), batches: bench.trainingLoader() };
  } catch (thrown) {
    run.unlock();
    throw thrown;
  }
}

/** Other data would make another model: a resumed run must not mix two. */
function refuseChange(run: RunFolder, config: RunConfig, bench: Workbench): void {
  if (bench.prepared.fingerprint === config.dataFingerprint) return;
  throw new LatheError("data.changed", `the data has changed since run ${run.id} began (${config.project.data.source.path}), so it cannot go on; start a new run, or put the old file back`);
}

async function work({ run, bench, batches, trainer, evaluator }: Started, setting: WorkSetting): Promise<DoneEvent> {
  const { spec, project, prepared, choice, compile } = bench;
  const { emit, control, clock } = setting;
  const checkpoint = loadCheckpoint<Position>(run.checkpoints, (file, reason) => emit({ event: "log", level: "warning", message: `${file} is damaged (${reason}); going on from the one before` }));
  if (!checkpoint) run.truncateMetrics(0);
  const validationRows = prepared.counts.validation;
  const validationBatches = validationRows > 0 ? bench.splitLoader("validation") : undefined;
  try {
    emit({
      event: "run", run: run.id, folder: run.path, project: project.name,
      engine: choice.engine.name, engineVersion: choice.status.version ?? "unknown", device: compile.device, reason: choice.reason, threads: compile.threads,
      epochs: project.training.epochs, stepsPerEpoch: batches.stepsPerEpoch, batchSize: project.training.batchSize,
      parameters: spec.layout.parameterCount, samples: prepared.counts,
      ...(checkpoint ? { resumedFrom: { epoch: checkpoint.header.epoch, step: checkpoint.header.step } } : {}),
    });
    const result = await fit({
      trainer, batches, training: project.training, targets: spec.targets.map(({ name }) => name), run, control, emit, clock,
      validate: validationBatches && (async (parameters, buffers) =>
        measure(spec, bench.judged, await evaluator.predict(validationBatches, validationRows, parameters, buffers)).metrics),
    }, checkpoint);
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
    case "run": return `${event.resumedFrom ? `resumed in epoch ${event.resumedFrom.epoch} after step ${event.resumedFrom.step}` : "started"}: ${event.engine} ${event.engineVersion} on ${event.device}, ${event.threads} threads (${event.reason})`;
    // The rest of the figures is in metrics.jsonl.
    case "epoch": return `epoch ${event.epoch}: train loss ${event.train["loss"] ?? "none"}, validation loss ${event.validation["loss"] ?? "none"}${event.best ? ", best so far" : ""}`;
    case "warning": return `warning: ${event.message}`;
    case "log": return `${event.level}: ${event.message}`;
    case "state": return event.state;
    case "done": return `ended: ${event.ended}`;
    case "stage": case "step": case "failed": return undefined;
  }
}
