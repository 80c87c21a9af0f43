import { rmSync } from "node:fs";
import { defined } from "../base/assert.js";
import { LatheError, toLatheError } from "../base/errors.js";
import { version } from "../base/version.js";
import type { DoneEvent, RunEvent } from "../contract/events.js";
import type { RunReport, SplitReport } from "../contract/report.js";
import { isTuned } from "../contract/thresholds.js";
import { RUN_MODEL, digestOf } from "../contract/run-model.js";
import type { ParityResult } from "../contract/results.js";
import { type Split, countSkipped, rowNumbersOf } from "../datasets/index.js";
import { picturesOf } from "../features/index.js";
import { showShape } from "../onnx/types.js";
import { TrainingControl } from "./process/control.js";
import { Evaluator, type Predictions, measure } from "./judging/evaluator.js";
import type { FitResult } from "./fit.js";
import { buildInferenceModel } from "./models/inference-model.js";
import { type JudgedAnswers, jointMetrics } from "./judging/joint-metrics.js";
import { decisionOf, inOwnUnit, type JudgedTarget } from "./judging/judge.js";
import { decidedBy, toldThreshold, tuneAll } from "./judging/thresholds.js";
import { forecastOf, tellJudgement } from "./judging/forecast/run-forecast.js";
import { namedForecastMetrics } from "./judging/forecast/judge-forecast.js";
import { type KeptPredictions, type KeptSplit, examOf, keepPredictions, toKept } from "./runs/kept-predictions.js";
import { checkParity, differing } from "./models/parity.js";
import { usedData } from "./network/used-inputs.js";
import { faultWarning } from "./network/project-faults.js";
import { readChosenThresholds } from "./runs/chosen-thresholds.js";
import { fingerprintOf } from "./runs/run-config.js";
import type { RunFolder } from "./runs/run-folder.js";
import { gatherTrainingValues, writeTrainingValues } from "./runs/training-values.js";
import type { Workbench } from "./workbench.js";

/** A fit that the user did not cancel. */
export type FinishedFit = FitResult & { readonly ended: Exclude<DoneEvent["ended"], "cancelled"> };

/** A model that the parity gate does not hand out. */
const REFUSED = "refused.onnx";

/**
 * What comes after the last step: judges the weights on validation and test and keeps what they answered for each row, writes the model, checks that the file
 * answers as the trainer does, writes the report. The report is the last file: where there is one, the rest is there, whenever the process is killed.
 * @throws LatheError `export.parity`: the file is not kept under its name, training is; `data.changed`: the model cannot be compared, training is kept;
 * `cancelled`
 */
export async function finish(
  bench: Workbench,
  run: RunFolder,
  evaluator: Evaluator,
  fitted: FinishedFit,
  emit: (event: RunEvent) => void,
  control = new TrainingControl(),
): Promise<DoneEvent> {
  let stopping = control.wish === "stop";
  const heed = (): void => {
    // There is nothing left to stop: the end is near. Whoever asked is told that it was heard.
    if (control.wish === "stop" && !stopping) {
      stopping = true;
      emit({ event: "state", state: "stopping" });
    }
    if (control.wish === "cancel")
      throw new LatheError("cancelled", `run ${run.id} was cancelled while it was judged; nothing was exported, resume it with train --resume ${run.id}`);
  };
  const predictions = new Map<Split, Predictions>();
  const predict = async (split: Split): Promise<Predictions> => {
    const known = predictions.get(split);
    if (known) return known;
    const kept = bench.judgedLoader(split);
    const loader = kept ?? bench.splitLoader(split);
    const by = kept ? evaluator : await Evaluator.create(bench.spec, bench.choice.engine, bench.compile);
    const rows = bench.prepared.counts[split];
    try {
      const made = await by.predict(loader, rows, fitted, (done) => {
        heed();
        emit({ event: "stage", stage: `judging on the ${split} rows`, done, total: rows });
      });
      predictions.set(split, made);
      return made;
    } finally {
      await loader.dispose();
      if (!kept) await by.dispose();
    }
  };
  const { training } = bench.project;
  const tunes = [...bench.judged.keys()].filter((name) => isTuned(training, name));
  const tuned = tuneAll(training, bench.judged, tunes.length > 0 && bench.prepared.counts.validation > 0 ? await predict("validation") : undefined);
  const chosen = readChosenThresholds(run);
  const judged = decidedBy(tuned, chosen);
  const kept: KeptPredictions[] = [];
  const judge = async (split: KeptSplit): Promise<SplitReport | undefined> => {
    if (bench.prepared.counts[split] === 0) return undefined;
    const made = await predict(split);
    run.refuseGone();
    const answers = toKept(split, rowNumbersOf(bench.prepared, split), made, judged);
    kept.push(answers);
    keepPredictions(run.path, answers);
    const report = measure(bench.spec, judged, made, fitted.terms);
    return { ...report, metrics: { ...report.metrics, ...jointMetrics(answersOf(judged, made), made.rows) }, judgedOn: examOf(answers) };
  };

  const [validation, test] = [await judge("validation"), await judge("test")];
  const forecast = forecastOf(bench.prepared, kept);
  for (const [part, report] of [
    ["validation", validation],
    ["test", test],
  ] as const)
    if (forecast && report) Object.assign(report.metrics, namedForecastMetrics(forecast, part));
  for (const { level, message } of forecast ? tellJudgement(forecast) : []) emit({ event: "log", level, message });
  const thresholds = Object.fromEntries(
    [...judged].flatMap(([name, target]) => {
      const told = toldThreshold(target);
      return told === undefined ? [] : [[name, told] as const];
    }),
  );
  const model = buildInferenceModel(
    bench.spec,
    {
      project: bench.project.name,
      fitted: usedData(bench.spec.plan, bench.prepared.fitted),
      thresholds,
      fingerprint: fingerprintOf(bench.project, bench.prepared.fingerprint),
    },
    fitted,
  );

  const split = bench.prepared.counts.validation > 0 ? "validation" : "train";
  const parity = await compareOrExplain({ ...bench, judged }, run, model, split, await predict(split));
  heed();
  await keepTrainingValues(bench, run, (done) => {
    heed();
    emit({ event: "stage", stage: "looking through the train rows", done, total: bench.prepared.counts.train });
  });
  const report = {
    ...buildReport(bench, run, fitted, model, parity, validation, test),
    ...(forecast ? { forecast } : {}),
    ...(training.thresholds || Object.keys(chosen).length > 0 ? { thresholds } : {}),
  };
  const writeReport = () => run.write("report.json", `${JSON.stringify(report, null, 2)}\n`);
  if (!parity.passed) {
    const refusal = new LatheError(
      "export.parity",
      `the exported model's answers ${differing(parity)}, so it is not handed out; it is kept as ${run.file(REFUSED)} for a look`,
      { parity },
    );
    run.write(REFUSED, model);
    // Of a run that was stopped, exported, and taken up again: the report no longer speaks of it.
    rmSync(run.file(RUN_MODEL), { recursive: true, force: true });
    run.markFailed(refusal.toRecord());
    writeReport();
    throw refusal;
  }
  run.write(RUN_MODEL, model);
  rmSync(run.file(REFUSED), { recursive: true, force: true });
  writeReport();
  return { event: "done", run: run.id, model: run.file(RUN_MODEL), report: run.file("report.json"), test: test?.metrics ?? {}, ended: fitted.ended };
}

function answersOf(judged: ReadonlyMap<string, JudgedTarget>, { outputs, truths }: Predictions): readonly JudgedAnswers[] {
  return [...judged].map(([name, target]) => ({ target, outputs: defined(outputs.get(name), name), truths: defined(truths.get(name), name) }));
}

/** Kept for the form that asks the model about one row. */
async function keepTrainingValues(bench: Workbench, run: RunFolder, onBatch: (rows: number) => void): Promise<void> {
  const loader = bench.splitLoader("train");
  try {
    writeTrainingValues(run, await gatherTrainingValues(bench.prepared.fitted.inputs, loader, onBatch));
  } finally {
    await loader.dispose();
  }
}

/** Where the rows to compare on are not any more what was trained on, the model is not to blame, and neither is the training, which is kept. */
async function compareOrExplain(bench: Workbench, run: RunFolder, model: Uint8Array, split: Split, trained: Predictions): Promise<ParityResult> {
  const found = await compareExport(bench, model, split, trained).catch((thrown: unknown) => {
    if (toLatheError(thrown).code.startsWith("data.")) return toLatheError(thrown);
    throw thrown;
  });
  if (!(found instanceof LatheError) && found.passed) return found;
  const why = (await bench.changed()) ?? (found instanceof LatheError ? found.message : undefined);
  if (why === undefined && !(found instanceof LatheError)) return found;
  throw new LatheError(
    "data.changed",
    `the data changed while run ${run.id} was trained, so its model could not be compared with the trainer on the same rows ` +
      `(${why}). What was learnt is kept: put the old data back and resume the run with train --resume ${run.id}; or start a new run with the data as they are`,
    { run: run.id },
  );
}

/** Opens the file as a stranger would, in a fresh session of ONNX Runtime whatever trained it, and feeds it the table's own rows. */
async function compareExport(bench: Workbench, model: Uint8Array, split: Split, trained: Predictions): Promise<ParityResult> {
  const session = await bench.fileEngine.load(model, { device: "cpu", threads: bench.compile.threads });
  try {
    const fitted = usedData(bench.spec.plan, bench.prepared.fitted);
    return await checkParity({
      model: session,
      fitted,
      targets: bench.spec.targets,
      rows: bench.prepared.readRaw(split),
      trained,
      split,
      ownUnit: inOwnUnit(bench.judged),
      decide: (target, outputs) => decisionOf(defined(bench.judged.get(target.name), target.name), outputs),
      expected: picturesOf(fitted.inputs).length > 0 ? "some" : "all",
    });
  } finally {
    await session.dispose();
  }
}

function buildReport(
  bench: Workbench,
  run: RunFolder,
  fitted: FinishedFit,
  model: Uint8Array,
  parity: ParityResult,
  validation: SplitReport | undefined,
  test: SplitReport | undefined,
): RunReport {
  const { prepared, spec, project, choice, compile } = bench;
  // Shared weights count where they are used first, so that the layers add up to the whole.
  const first = new Map([...spec.plan.layers].reverse().map(({ id, owner }) => [owner, id]));
  const parameters = [...spec.layout.parameters, ...spec.layout.frozen];
  const parametersOf = (id: string, owner: string) =>
    parameters.filter((p) => p.owner === owner && first.get(owner) === id).reduce((sum, p) => sum + p.size, 0);
  return {
    version: 1,
    lathe: version,
    project: project.name,
    run: run.id,
    seed: project.seed,
    ended: fitted.ended,
    data: {
      source: project.data.source.path,
      fingerprint: prepared.fingerprint,
      rows: prepared.counts,
      skipped: countSkipped(prepared.audit.skipped),
      ...(prepared.targets.some(({ masked }) => masked)
        ? { missing: Object.fromEntries(prepared.targets.flatMap(({ name, masked }) => (masked ? [[name, masked]] : []))) }
        : {}),
      warnings: [...prepared.audit.warnings.map(({ message }) => message), ...bench.notes],
    },
    training: {
      epochs: fitted.epochs,
      bestEpoch: fitted.bestEpoch,
      seconds: fitted.seconds,
      engine: choice.engine.name,
      engineVersion: choice.status.version ?? "unknown",
      device: compile.device,
      reason: choice.reason,
      threads: compile.threads,
      warnings: [...bench.faults.map((fault) => faultWarning(fault).message), ...fitted.warnings],
      ...(bench.kept ? { keptFeatures: { ...bench.kept, upTo: [...bench.kept.upTo] } } : {}),
    },
    model: {
      file: parity.passed ? RUN_MODEL : REFUSED,
      bytes: model.length,
      sha256: digestOf(model),
      parameters: spec.layout.parameterCount,
      layers: spec.plan.layers.map(({ id, owner, definition }) => ({
        id,
        type: definition.type,
        output: showShape(defined(spec.layout.types.get(id), id).shape),
        parameters: parametersOf(id, owner),
      })),
    },
    ...(validation ? { validation } : {}),
    ...(test ? { test } : {}),
    parity,
  };
}
