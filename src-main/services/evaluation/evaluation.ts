import { existsSync } from "node:fs";
import { LatheError } from "../../base/errors.js";
import { inside } from "../../base/own-files.js";
import type { Project } from "../../contract/project.js";
import { thresholdOf } from "../../contract/thresholds.js";
import { numberOf } from "../../features/classes.js";
import { targetColumns } from "../../features/index.js";
import type {
  CalibrationResult,
  CurvesResult,
  JointErrors,
  JointRows,
  JudgedRows,
  LabelErrors,
  ResidualsResult,
  TargetView,
} from "../../contract/evaluation-views.js";
import type { JudgedForecast } from "../../contract/forecast-report.js";
import type { RunReport, SplitReport } from "../../contract/report.js";
import { RUN_MODEL } from "../../contract/run-model.js";
import type { RunReference } from "../../contract/summaries.js";
import { type ThresholdChoice, chooseThreshold, tryThreshold } from "../../training/judging/choose-threshold.js";
import { faultsOfModel } from "../../training/models/tell-faults.js";
import { type KeptSplit, predictionsFile } from "../../training/runs/kept-predictions.js";
import { readConfig } from "../../training/runs/run-config.js";
import { RunFolder } from "../../training/runs/run-folder.js";
import { confidenceCalibration, curvesOf, residualsOf } from "./evaluation-curves.js";
import { type JointRowsRequest, describeJointRow, jointErrorsOf, jointPlacesOf } from "./joint-errors.js";
import { type ForecastQuestion, judgedForecastOf, placesOfRun } from "./judged-forecast.js";
import type { FolderAccess } from "../files/folder-access.js";
import { type JudgedRowsRequest, describeRow, placesOf } from "./judged-rows.js";
import { type SingleTarget, oneLabel } from "./one-label.js";
import type { FeatureViews } from "./feature-views.js";
import { type Suspicion, suspectLabels } from "./label-errors.js";
import { type LoadedPredictions, createPredictionStore, workedOut } from "../prediction/prediction-store.js";
import { cellsOfRows } from "./row-cells.js";
import { type FoundRun, finishedRun } from "../runs/run-reference.js";
import type { Tables } from "../data/tables.js";

/** A target of a split; of several labels one of them, as a target of yes or no. */
interface AskedTarget {
  readonly split: KeptSplit;
  readonly target: string;
  readonly label?: string | undefined;
}

/** What a finished run is worth, and what it answered for each row of validation and test. Everything throws `run.missing` for a run that has not ended. */
export interface Evaluation {
  report(run: RunReference): Promise<{ report: RunReport; targets: TargetView[]; rows: boolean; doubts: string[] }>;
  /** @throws LatheError `usage` for a target or class that is not there; `run.missing` where predictions were not kept */
  curves(asked: RunReference & AskedTarget & { readonly class?: string | undefined }): Promise<CurvesResult>;
  /** @throws as `curves`, `data.changed` */
  forecast(asked: RunReference & ForecastQuestion, signal?: AbortSignal): Promise<JudgedForecast>;
  /** @throws as `curves` */
  rows(asked: RunReference & JudgedRowsRequest, signal?: AbortSignal): Promise<JudgedRows>;
  /** @throws as `curves` */
  calibration(asked: RunReference & AskedTarget): Promise<CalibrationResult>;
  /** What is right and wrong together. @throws as `curves`; `usage` where fewer than two targets have classes */
  joint(asked: RunReference & { readonly split: KeptSplit }): Promise<JointErrors>;
  /** @throws as `joint` */
  jointRows(asked: RunReference & JointRowsRequest, signal?: AbortSignal): Promise<JointRows>;
  /** Of all rows where the run has been looked at through its features, else of those that were judged. @throws as `curves` */
  labelErrors(
    asked: RunReference & Omit<AskedTarget, "split"> & { readonly offset: number; readonly limit: number },
    signal?: AbortSignal,
  ): Promise<LabelErrors>;
  /** What a part comes to by a threshold that is tried. @throws as `curves` */
  tried(asked: RunReference & { readonly split: KeptSplit } & ThresholdChoice & { readonly threshold: number }): Promise<SplitReport>;
  /** Decides by another threshold from now on: here, in the run's model and in what is made of it. @throws as `curves`, `run.locked`, `run.storage` */
  decide(asked: RunReference & ThresholdChoice): Promise<RunReport>;
  /** @throws as `curves` */
  residuals(asked: RunReference & { readonly split: KeptSplit; readonly target: string; readonly column?: string | undefined }): Promise<ResidualsResult>;
}

const SPLITS = ["validation", "test"] as const;

export function createEvaluation(access: FolderAccess, tables: Tables, features: Pick<FeatureViews, "labelled">): Evaluation {
  const store = createPredictionStore();

  async function openSplit(asked: RunReference & { readonly split: KeptSplit }): Promise<{ run: FoundRun; predictions: LoadedPredictions }> {
    const run = await finishedRun(access, asked);
    if (!run.report[asked.split]) throw withoutPart(asked, asked.split);
    return { run, predictions: await store.load(run.folder, asked.split) };
  }

  async function open(
    asked: RunReference & { readonly split: KeptSplit; readonly target: string; readonly label?: string | undefined },
  ): Promise<{ run: FoundRun; predictions: LoadedPredictions; target: SingleTarget }> {
    const { run, predictions } = await openSplit(asked);
    const target = predictions.targets.find(({ name }) => name === asked.target);
    if (!target)
      throw new LatheError("usage", `run ${asked.run} has no target "${asked.target}"; it has ${predictions.targets.map(({ name }) => name).join(", ")}`, {
        target: asked.target,
      });
    return { run, predictions, target: oneLabel(target, asked.label) };
  }

  async function suspectsOfJudged(asked: RunReference & Omit<AskedTarget, "split">, report: RunReport): Promise<Suspicion> {
    const judged = SPLITS.filter((split) => report[split]);
    const [first, ...others] = await Promise.all(judged.map(async (split) => ({ split, ...(await open({ ...asked, split })) })));
    if (!first) throw new LatheError("usage", `run ${asked.run} kept no rows to judge by: its project gave validation and test none`, { run: asked.run });
    return workedOut(first.predictions, ["label errors", asked.target, asked.label], () =>
      suspectLabels([first, ...others].map(({ split, predictions: { rows }, target }) => ({ split, rows, target }))),
    );
  }

  return {
    async report(asked) {
      const { folder, reference, report } = await finishedRun(access, asked);
      const { project } = readConfig(RunFolder.open(reference.project, reference.run));
      const judged = SPLITS.filter((split) => report[split]);
      return {
        report,
        targets: targetViews(project, report),
        rows: judged.length > 0 && judged.every((split) => existsSync(predictionsFile(folder, split))),
        doubts: [...faultsOfModel(inside(folder, RUN_MODEL))],
      };
    },
    async curves(asked) {
      const { predictions, target } = await open(asked);
      return workedOut(predictions, ["curves", asked.target, asked.label, asked.class], () => curvesOf(target, asked.class));
    },
    async rows({ project, run: id, ...request }, signal) {
      const { run, predictions, target } = await open({ project, run: id, ...request });
      const places = placesOf(predictions, target, request);
      const page = Array.from(places.subarray(request.offset, request.offset + request.limit), (place) => describeRow(predictions, target, request, place));
      const { columns, cells, note } = await cellsOfRows(
        tables,
        run,
        page.map(({ row }) => row),
        signal,
      );
      return {
        columns: [...columns],
        total: places.length,
        rows: page.map((row) => ({ ...row, cells: [...(cells.get(row.row) ?? [])] })),
        ...(note === undefined ? {} : { note }),
      };
    },
    async forecast({ project, run: id, ...question }, signal) {
      const { run, predictions, target } = await open({ project, run: id, ...question });
      const { report } = await finishedRun(access, { project, run: id });
      const places = await placesOfRun(tables, run, signal);
      return judgedForecastOf(run, { predictions, target, report: report.forecast?.targets[target.name] }, places, question);
    },
    async joint(asked) {
      return jointErrorsOf((await openSplit(asked)).predictions);
    },
    async jointRows({ project, run: id, ...request }, signal) {
      const { run, predictions } = await openSplit({ project, run: id, split: request.split });
      const places = jointPlacesOf(predictions, request);
      const page = Array.from(places.subarray(request.offset, request.offset + request.limit), (place) => describeJointRow(predictions, place));
      const { columns, cells, note } = await cellsOfRows(
        tables,
        run,
        page.map(({ row }) => row),
        signal,
      );
      return {
        targets: predictions.targets.map(({ name }) => name),
        columns: [...columns],
        total: places.length,
        rows: page.map((row) => ({ ...row, cells: [...(cells.get(row.row) ?? [])] })),
        ...(note === undefined ? {} : { note }),
      };
    },
    async calibration(asked) {
      const { predictions, target } = await open(asked);
      return workedOut(predictions, ["calibration", asked.target, asked.label], () => confidenceCalibration(target));
    },
    async labelErrors({ offset, limit, ...asked }, signal) {
      const run = await finishedRun(access, asked);
      const seen = asked.label === undefined && run.report.model.file === RUN_MODEL ? await features.labelled(run, asked.target) : undefined;
      const { classes, trust, judged: rows, ...found } = seen ? suspectLabels(seen) : await suspectsOfJudged(asked, run.report);
      const suspects = trust.enough ? found.suspects : [];
      const page = suspects.slice(offset, offset + limit);
      const { columns, cells, note } = await cellsOfRows(
        tables,
        run,
        page.map(({ row }) => row),
        signal,
      );
      return {
        by: seen ? "features" : "network",
        trust,
        judged: rows,
        total: suspects.length,
        classes,
        columns: [...columns],
        ...(note === undefined ? {} : { note }),
        rows: page.map(({ given, proposed, ...suspect }) => ({
          ...suspect,
          given: classes[given]?.name ?? "",
          proposed: classes[proposed]?.name ?? "",
          cells: [...(cells.get(suspect.row) ?? [])],
        })),
      };
    },
    async tried({ split, ...choice }) {
      const { folder, report } = await finishedRun(access, choice);
      const judged = report[split];
      if (!judged) throw withoutPart(choice, split);
      return tryThreshold(judged, await store.load(folder, split), choice, choice.run);
    },
    async decide(asked) {
      const { folder, reference } = await finishedRun(access, asked);
      const run = RunFolder.open(reference.project, folder).lock();
      try {
        // Once nobody else writes to it.
        const { report } = await finishedRun(access, asked);
        return chooseThreshold(run, report, asked);
      } finally {
        run.unlock();
      }
    },
    async residuals(asked) {
      const { predictions, target } = await open(asked);
      return workedOut(predictions, ["residuals", asked.target, asked.column], () => residualsOf(predictions.rows, target, asked.column));
    },
  };
}

function withoutPart({ project, run }: RunReference, split: KeptSplit): LatheError {
  return new LatheError("usage", `run ${run} has no ${split} rows: its project gave that part none`, { project, run, split });
}

/** The targets of a run as its settings and its report tell them; where nothing was judged, classes are not known. */
function targetViews({ data, training }: Project, report: RunReport): TargetView[] {
  return data.targets.map((target): TargetView => {
    if (target.type === "numeric") return { name: target.name, kind: "numeric", columns: [...targetColumns(target)] };
    if (target.type === "embedding") return { name: target.name, kind: "embedding" };
    const judged = report.test ?? report.validation;
    const labels = judged?.labels?.[target.name];
    if (target.type === "labels")
      return {
        name: target.name,
        kind: "labels",
        ...(labels ? { classes: labels.map(({ label }) => label), thresholds: labels.map(({ threshold }) => threshold) } : {}),
      };
    const classes = judged?.confusion[target.name]?.classes;
    return {
      name: target.name,
      kind: target.type,
      ...(classes ? { classes } : {}),
      ...(target.type === "binary" ? { threshold: numberOf(report.thresholds?.[target.name] ?? thresholdOf(training, target.name)) } : {}),
    };
  });
}
