import { mkdirSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { defined } from "../../base/assert.js";
import { AsyncDisposableStore } from "../../base/disposable.js";
import { LatheError, toLatheError } from "../../base/errors.js";
import { inside } from "../../base/own-files.js";
import { replaceFileSync } from "../../base/replace-file.js";
import { storageError } from "../../base/storage-error.js";
import { version } from "../../base/version.js";
import { sweepLeftBehind, workName } from "../../base/work-folder.js";
import { type BacktestReport, type BacktestResult, MOST_FOLDS } from "../../contract/backtest.js";
import type { BacktestRequest } from "../../contract/engine-messages.js";
import type { Project } from "../../contract/project.js";
import { RUN_MODEL } from "../../contract/run-model.js";
import { type PlannedFold, type SkippedRows, dataFingerprint, describeSkipped, planFolds, rowNumbersOf } from "../../datasets/index.js";
import { type EngineChoice, chooseEngine } from "../../engines/index.js";
import { horizonOf } from "../../features/index.js";
import { Evaluator } from "../judging/evaluator.js";
import { type ForecastJudgement, judgeForecast } from "../judging/forecast/judge-forecast.js";
import { judgementOf } from "../judging/forecast/run-forecast.js";
import type { WorkSetting } from "../process/setting.js";
import { toKept } from "../runs/kept-predictions.js";
import { readConfig } from "../runs/run-config.js";
import { RunFolder } from "../runs/run-folder.js";
import { reportOfModel } from "../runs/run-report.js";
import { Trainer, initialWeights } from "../trainer.js";
import { type RunFeatures, openWorkbench } from "../workbench.js";
import { BACKTEST } from "./backtest-file.js";
import { FoldProgress } from "./fold-progress.js";
import { bytesOf, costOf, tellCost } from "./cost.js";
import { PooledForecasts } from "./pooled-forecasts.js";
import { trainFold } from "./train-fold.js";

const FOLDS = 5;
/** Where prepared data of folds lie, in a project's `.lathe`: those of the project's own stay in the cache. */
const KIND = "backtest";
/** Samples that no fold is judged by. */
const ON_LINE: SkippedRows["reason"] = "last value filled in on a line";

/**
 * How good a run's way of training would have been in the past: trains anew on a growing part of what lies before the test, and judges each time on the block
 * that follows. Writes `backtest.json` beside the run's report; nothing else of the run is touched.
 * @throws LatheError `run.missing` for a run without a report; `usage` for one that forecasts nothing; `data.*`, `training.*`, `cancelled`
 */
export async function backtest(request: BacktestRequest, setting: WorkSetting): Promise<BacktestResult> {
  const { emit, control, clock } = setting;
  const path = resolve(request.run);
  const run = RunFolder.open(dirname(dirname(path)), path);
  const config = readConfig(run);
  const report = reportOfModel(run.file(RUN_MODEL));
  if (!report) throw new LatheError("run.missing", `run ${run.id} has no report, which says how many epochs it took; let it train to its end`, { run: run.id });
  const project = withoutSplit(config.project);
  if (project.data.source.type !== "series" || !project.data.targets.some((target) => horizonOf(target) > 0))
    throw new LatheError("usage", `run ${run.id} forecasts nothing (its data are no series, or no target has a horizon), so there is no past to test it on`, {
      run: run.id,
    });
  const folder = dirname(dirname(run.path));
  const epochs = Math.max(1, report.training.bestEpoch);
  const count = request.folds ?? FOLDS;
  if (count > MOST_FOLDS) throw new LatheError("usage", `${count} folds are too many, expected at most ${MOST_FOLDS}`, { folds: count });
  const cancelled = (): LatheError => new LatheError("cancelled", `the backtest of run ${run.id} was cancelled; nothing was written`, { run: run.id });
  const heed = (): void => {
    if (control.wish !== "run") throw cancelled();
  };
  const started = clock();
  const place = workPlace(folder);
  try {
    emit({ event: "stage", stage: "reading the series", done: 0 });
    const choice = await chooseEngine(config.engine, config.device);
    const folds = await planFolds({ folder, data: project.data, count, workFolder: place, signal: control.preparation });
    const notes = [
      `each fold trains for ${epochs} epoch${epochs === 1 ? "" : "s"}, after which the run's weights were kept, from the run's seed ${project.seed}`,
    ];
    const { formats } = await dataFingerprint({
      folder,
      data: config.project.data,
      seed: config.project.seed,
      cacheFolder: place,
      signal: control.preparation,
    });
    if (!formats.has(config.dataFingerprint)) notes.push(`the data are not what they were when run ${run.id} began: the backtest reads them as they are now`);
    for (const message of notes) emit({ event: "log", level: "info", message });

    const progress = new FoldProgress(folds, epochs, setting);
    const judged: BacktestReport["folds"][number][] = [];
    const pooled = new PooledForecasts();
    let unjudged = 0;
    for (const [k, fold] of folds.entries()) {
      heed();
      const told =
        k > 0 ? undefined : (bytes: number) => emit({ event: "log", level: "info", message: tellCost(costOf(folds, report, epochs, project), bytes, count) });
      const question: FoldQuestion = { project, folder, place, choice, threads: config.threads, features: config.features ?? null, epochs, fold, k, count };
      const { judgement, onLines, ...figures } = await judgeFold(question, setting, { heed, progress, told }).catch((thrown: unknown) => {
        throw named(thrown, k, count);
      });
      judged.push(figures);
      unjudged += onLines;
      pooled.add(judgement);
    }
    const overall = judgeForecast(pooled.judgement());
    if (unjudged > 0) {
      const message = describeSkipped({ reason: ON_LINE, column: "", rows: unjudged });
      notes.push(message);
      emit({ event: "log", level: "warning", message });
    }
    const made: BacktestReport = {
      version: 1,
      lathe: version,
      project: project.name,
      run: run.id,
      seed: project.seed,
      epochs,
      seconds: (clock() - started) / 1000,
      folds: judged,
      overall,
      notes,
    };
    heed();
    const out = run.file(BACKTEST);
    run.refuseGone();
    try {
      replaceFileSync(out, `${JSON.stringify(made, null, 2)}\n`);
    } catch (thrown) {
      throw storageError(out, thrown, "Nothing was written");
    }
    return { event: "backtest", report: out, ...made };
  } catch (thrown) {
    throw control.wish === "run" ? thrown : cancelled();
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

/** Nothing is kept back for a validation or a test: folds say what is judged. */
function withoutSplit(project: Project): Project {
  const { source } = project.data;
  if (source.type !== "series") return project;
  const { test, ...own } = source;
  return { ...project, data: { ...project.data, source: own, split: { ...project.data.split, validation: 0, ...(test === undefined ? {} : { test: 0 }) } } };
}

function workPlace(project: string): string {
  const parent = inside(project, ".lathe");
  sweepLeftBehind(parent, KIND);
  const place = join(parent, workName(KIND));
  try {
    mkdirSync(place, { recursive: true });
  } catch (thrown) {
    throw storageError(place, thrown, "Nothing was written");
  }
  return place;
}

function named(thrown: unknown, k: number, count: number): LatheError {
  const error = toLatheError(thrown);
  if (error.code === "cancelled" || error.code === "internal") return error;
  const advice = error.code === "data.split" ? "; or ask for fewer with --folds" : "";
  return new LatheError(error.code, `fold ${k + 1} of ${count}: ${error.message}${advice}`, error.details, { cause: thrown });
}

interface FoldQuestion {
  readonly project: Project;
  readonly folder: string;
  readonly place: string;
  readonly choice: EngineChoice;
  readonly threads: number;
  readonly features: RunFeatures | null;
  readonly epochs: number;
  readonly fold: PlannedFold;
  readonly k: number;
  readonly count: number;
}

type JudgedFold = BacktestReport["folds"][number] & { readonly judgement: ForecastJudgement; readonly onLines: number };

async function judgeFold(
  { project, folder, place, choice, threads, features, epochs, fold, k, count }: FoldQuestion,
  { emit, control, clock }: WorkSetting,
  { heed, progress, told }: { readonly heed: () => void; readonly progress: FoldProgress; readonly told: ((bytes: number) => void) | undefined },
): Promise<JudgedFold> {
  const opened = new AsyncDisposableStore();
  const started = clock();
  const inFold: WorkSetting["emit"] = (event) => {
    if (event.event === "stage") emit({ ...event, stage: `fold ${k + 1} of ${count}: ${event.stage}` });
  };
  try {
    const whole = await openWorkbench({
      project,
      folder,
      choice,
      threads,
      features,
      fold: { from: fold.from, until: fold.until, cuts: fold.cuts },
      cacheFolder: join(place, "cache"),
      emit: inFold,
      signal: control.preparation,
    });
    told?.(bytesOf(whole));
    const bench = await whole.withFeatures(initialWeights(whole.spec, project.seed), { emit: inFold, clock, signal: control.preparation });
    const trainer = opened.add(await Trainer.create(bench.steps, choice.engine, bench.compile, project.seed));
    const batches = opened.add(bench.trainingLoader());
    progress.begin(k, batches.stepsPerEpoch);
    await trainFold({ trainer, batches, training: project.training, epochs }, heed, (epoch) => progress.step(epoch));
    const evaluator = opened.add(await Evaluator.create(bench.steps, choice.engine, bench.compile));
    const loader = opened.add(defined(bench.judgedLoader("test"), "the block that is judged"));
    const { counts, audit } = bench.prepared;
    const made = await evaluator.predict(loader, counts.test, trainer, heed);
    const kept = toKept("test", rowNumbersOf(bench.prepared, "test"), made, bench.judged);
    const judgement = defined(judgementOf(bench.prepared, [kept]), "forecasts");
    return {
      trained: { ...fold.trained, samples: counts.train },
      judged: { ...fold.judged, samples: counts.test },
      seconds: (clock() - started) / 1000,
      forecast: judgeForecast(judgement),
      judgement,
      onLines: audit.skipped.find(({ reason }) => reason === ON_LINE)?.rows ?? 0,
    };
  } finally {
    await opened.dispose();
  }
}
