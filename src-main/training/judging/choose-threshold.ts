import { defined } from "../../base/assert.js";
import { LatheError } from "../../base/errors.js";
import { own } from "../../base/own.js";
import { readOwnFileSync } from "../../base/own-files.js";
import { METADATA } from "../../contract/model-metadata.js";
import type { RunReport, SplitReport } from "../../contract/report.js";
import { RUN_MODEL, digestOf, refuseDamagedModel } from "../../contract/run-model.js";
import { TUNE } from "../../contract/thresholds.js";
import { replaceMetadata } from "../../onnx/protobuf.js";
import { type ChosenThresholds, keepChosenThresholds, readChosenThresholds } from "../runs/chosen-thresholds.js";
import { type KeptPredictions, type KeptTarget, keepPredictions, predictionsFile, readPredictions } from "../runs/kept-predictions.js";
import type { RunFolder } from "../runs/run-folder.js";
import { jointMetrics } from "./joint-metrics.js";
import { judge } from "./judge.js";
import { toldThreshold, tuned, withThreshold } from "./thresholds.js";

export interface ThresholdChoice {
  readonly target: string;
  /** Of a target of several labels, the one that is meant; omitted: all of them. */
  readonly label?: string | undefined;
  /** A probability, or `tune`: where F1 is best on the validation rows. */
  readonly threshold: number | typeof TUNE;
}

const SPLITS = ["validation", "test"] as const;

/**
 * Decides by another threshold from now on, without training: the run's figures, its kept predictions and its model follow from what was answered for each row.
 * What is chosen is written first, and what follows from it is made again when the run is resumed, so that a process killed in between loses nothing.
 * @param run locked @param report its own @returns the new one
 * @throws LatheError `usage` for a target or label that has no threshold; `run.missing` where predictions were not kept; `run.checkpoint`, `run.storage`
 */
export function chooseThreshold(run: RunFolder, report: RunReport, choice: ThresholdChoice): RunReport {
  const kept = SPLITS.filter((split) => report[split]).map((split) => readPredictions(predictionsFile(run.path, split)));
  const [first] = kept;
  if (!first)
    throw new LatheError("usage", `run ${run.id} judged no rows, by which a threshold could be chosen: its project gave validation and test none`, {
      run: run.id,
    });
  const target = askedTarget(first, choice, run.id);
  const told = defined(toldThreshold(withThreshold(target, wantedThreshold(target, choice, kept))), target.name);
  const path = run.file(RUN_MODEL);
  const model = report.parity.passed ? readOwnFileSync(path) : undefined;
  if (model) refuseDamagedModel(path, model);

  const chosen = { ...readChosenThresholds(run), [target.name]: told };
  keepChosenThresholds(run, chosen);
  const judged = kept.map((predictions) => decideKept(predictions, chosen));
  for (const predictions of judged) keepPredictions(run.path, predictions);
  const thresholds = thresholdsOf(defined(judged[0], "a judged part"));
  const next = { ...report, thresholds };
  for (const predictions of judged) next[predictions.split] = judgedAgain(defined(report[predictions.split], predictions.split), predictions);
  if (model) {
    const file = replaceMetadata(model, METADATA.thresholds, JSON.stringify(thresholds));
    next.model = { ...report.model, bytes: file.length, sha256: digestOf(file) };
    run.write(RUN_MODEL, file);
  }
  run.write("report.json", `${JSON.stringify(next, null, 2)}\n`);
  return next;
}

/** What a part comes to by a threshold that is only tried. @throws LatheError `usage` as `chooseThreshold` */
export function tryThreshold(
  report: SplitReport,
  predictions: KeptPredictions,
  choice: ThresholdChoice & { readonly threshold: number },
  run: string,
): SplitReport {
  const target = askedTarget(predictions, choice, run);
  return judgedAgain(report, decideKept(predictions, { [target.name]: wantedThreshold(target, choice, [predictions]) }));
}

function askedTarget({ targets }: KeptPredictions, { target: name, label, threshold }: ThresholdChoice, run: string): KeptTarget {
  const decided = targets.filter((one) => toldThreshold(one) !== undefined);
  const target = decided.find((one) => one.name === name);
  const listed = (names: readonly string[]) => `${names.slice(0, 10).join(", ")}${names.length > 10 ? ", …" : ""}`;
  if (!target)
    throw new LatheError(
      "usage",
      decided.length === 0
        ? `run ${run} decides by no threshold: it has no target of yes or no, and none of labels`
        : `run ${run} has no target "${name}" that is decided by a threshold; it has ${listed(decided.map((one) => one.name))}`,
      { target: name },
    );
  const labels = "thresholds" in target ? target.classes : [];
  if (label !== undefined && !labels.includes(label))
    throw new LatheError("usage", `target ${name} has no label "${label}"${labels.length > 0 ? `; it has ${listed(labels)}` : ""}`, { target: name, label });
  if (threshold !== TUNE && !(threshold > 0 && threshold < 1))
    throw new LatheError("usage", `the threshold: got ${threshold}, expected a probability between 0 and 1, such as 0.35`, { target: name });
  return target;
}

function wantedThreshold(target: KeptTarget, { label, threshold }: ThresholdChoice, kept: readonly KeptPredictions[]) {
  if (threshold !== TUNE) return label === undefined ? threshold : { [label]: threshold };
  const validation = kept.find(({ split }) => split === "validation")?.targets.find(({ name }) => name === target.name);
  if (!validation) throw new LatheError("usage", "a threshold is tuned on the validation rows, and there are none; name a number", { target: target.name });
  const best = defined(toldThreshold(tuned(target, validation)), target.name);
  return label === undefined || typeof best === "number" ? best : { [label]: defined(best[label], label) };
}

function decideKept(predictions: KeptPredictions, chosen: ChosenThresholds): KeptPredictions {
  return { ...predictions, targets: predictions.targets.map((target) => withThreshold(target, own(chosen, target.name))) };
}

function thresholdsOf({ targets }: KeptPredictions): NonNullable<RunReport["thresholds"]> {
  return Object.fromEntries(
    targets.flatMap((target) => {
      const told = toldThreshold(target);
      return told === undefined ? [] : [[target.name, typeof told === "number" ? told : { ...told }] as const];
    }),
  );
}

/** A part's report with the figures of targets that are decided by thresholds, as they are by those of the predictions. Losses stay: they know no threshold. */
function judgedAgain(report: SplitReport, { rows, targets }: KeptPredictions): SplitReport {
  const metrics = { ...report.metrics };
  const confusion = { ...report.confusion };
  const labels = { ...report.labels };
  for (const target of targets) {
    if (toldThreshold(target) === undefined) continue;
    const { values, matrix, labels: each } = judge(target, target.outputs, target.truths);
    for (const [metric, value] of Object.entries(values)) metrics[`${target.name}.${metric}`] = value;
    if (matrix) confusion[target.name] = matrix;
    if (each) labels[target.name] = each;
  }
  Object.assign(
    metrics,
    jointMetrics(
      targets.map((target) => ({ target, outputs: target.outputs, truths: target.truths })),
      rows.length,
    ),
  );
  return { ...report, metrics, confusion, ...(Object.keys(labels).length > 0 ? { labels } : {}) };
}
