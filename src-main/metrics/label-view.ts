import { LatheError } from "../base/errors.js";
import { labelKey, ratio, type Score, weightedMean } from "./averages.js";
import { sum } from "./class-counts.js";
import type { LabelsData, LabelsView, MetricDefinition, RawValues } from "./metric.js";
import { rankClass } from "./ranking.js";

/** How the decisions on each label fell, counted once. A truth that is neither 0 nor 1 is not known, and counts nowhere. */
export function labelsView(data: LabelsData): LabelsView {
  const { probabilities, targets, labels, thresholds } = data;
  const width = labels.length;
  const rows = targets.length / width;
  if (!Number.isInteger(rows) || probabilities.length !== targets.length)
    throw new LatheError("internal", `got ${probabilities.length} probabilities and ${targets.length} targets of ${width} labels`);
  const counts = { truePositives: zeros(width), falsePositives: zeros(width), falseNegatives: zeros(width), trueNegatives: zeros(width) };
  let [exact, whole] = [0, 0];
  for (let i = 0; i < rows; i++) {
    let [right, known] = [0, 0];
    for (let k = 0; k < width; k++) {
      const truth = targets[i * width + k];
      if (truth !== 0 && truth !== 1) continue;
      const said = (probabilities[i * width + k] ?? Number.NaN) > (thresholds[k] ?? Number.NaN);
      const cell = said ? (truth === 1 ? counts.truePositives : counts.falsePositives) : truth === 1 ? counts.falseNegatives : counts.trueNegatives;
      cell[k] = (cell[k] ?? 0) + 1;
      known++;
      if (said === (truth === 1)) right++;
    }
    if (known < width) continue;
    whole++;
    if (right === width) exact++;
  }
  return { ...data, rows, counts, exact, whole };
}

function zeros(width: number): number[] {
  return Array.from({ length: width }, () => 0);
}

/**
 * A score of each label and its averages, as torchmetrics' multilabel metrics: `macro` is the plain mean over all labels, also those that never occur, `micro`
 * pools all counts, `weighted` weighs labels by how often they are there.
 */
export function labelAverages(name: string, view: LabelsView, score: LabelScore): RawValues {
  const { truePositives: tp, falsePositives: fp, falseNegatives: fn, trueNegatives: tn } = view.counts;
  if (view.rows === 0) return {};
  const scores = tp.map((v, k) => score(v, fp[k] ?? 0, fn[k] ?? 0, tn[k] ?? 0));
  return {
    [`${name}.macro`]: sum(scores) / scores.length,
    [`${name}.micro`]: score(sum(tp), sum(fp), sum(fn), sum(tn)),
    [`${name}.weighted`]: weightedMean(
      scores,
      tp.map((v, k) => v + (fn[k] ?? 0)),
    ),
    ...Object.fromEntries(view.labels.map((label, k) => [`${name}.${labelKey(label)}`, scores[k]])),
  };
}

/** A score made of a label's counts; `Score` is one that true negatives have no part in. */
type LabelScore = Score | ((truePositives: number, falsePositives: number, falseNegatives: number, trueNegatives: number) => number);

/** Share of all decisions on labels that are right. */
export function rightDecisions({ counts }: LabelsView): number | undefined {
  const right = sum(counts.truePositives) + sum(counts.trueNegatives);
  const all = right + sum(counts.falsePositives) + sum(counts.falseNegatives);
  return all === 0 ? undefined : ratio(right, all);
}

/** The ranked metrics of each label, and their mean over the labels that have one, plain and weighed by how often a label is there. */
export function rankedLabels({ labels, probabilities, targets }: LabelsView, metrics: readonly MetricDefinition[]): RawValues {
  const width = labels.length;
  const found = new Map<string, { readonly value: number; readonly support: number }[]>();
  const values: Record<string, number | undefined> = {};
  labels.forEach((label, k) => {
    const ranking = rankLabel(probabilities, targets, k, width);
    for (const { type, ranked } of metrics) {
      if (!ranked) continue;
      const value = ranked(ranking);
      values[`${type}.${labelKey(label)}`] = value;
      if (value !== undefined) found.set(type, [...(found.get(type) ?? []), { value, support: ranking.positives }]);
    }
  });
  for (const [type, each] of found) {
    values[type] = sum(each.map(({ value }) => value)) / each.length;
    values[`${type}.weighted`] = weightedMean(
      each.map(({ value }) => value),
      each.map(({ support }) => support),
    );
  }
  return values;
}

/** Ranks one label by its own column, over the rows whose truth is known. @param probabilities `[n, width]` @param targets `[n, width]`, 0 and 1 */
export function rankLabel(probabilities: Float32Array, targets: ArrayLike<number>, k: number, width: number): ReturnType<typeof rankClass> {
  const places = Array.from({ length: targets.length / width }, (_, i) => i * width + k).filter((at) => targets[at] === 0 || targets[at] === 1);
  return rankClass(
    Float32Array.from(places, (at) => probabilities[at] ?? Number.NaN),
    places.map((at) => targets[at] ?? 0),
    1,
  );
}
