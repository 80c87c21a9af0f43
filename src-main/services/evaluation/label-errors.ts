import { argmax } from "../../base/argmax.js";
import { LatheError } from "../../base/errors.js";
import type { LabelErrors } from "../../contract/evaluation-views.js";
import type { SplitView } from "../../contract/table-views.js";
import { wilsonInterval } from "../../metrics/wilson-interval.js";
import type { SingleTarget } from "./one-label.js";

/** Class targets alone have labels. */
type LabelledTarget = Extract<SingleTarget, { readonly kind: "category" | "binary" }>;

/** A part of the rows, with what was said of their labels by who did not learn from them. */
export interface LabelledPart {
  readonly split: SplitView;
  /** Numbers of the rows. */
  readonly rows: Uint32Array;
  readonly target: SingleTarget;
}

/** A row whose label is likely wrong. */
export interface Suspect {
  readonly split: SplitView;
  readonly row: number;
  /** Class indices. */
  readonly given: number;
  readonly proposed: number;
  readonly givenProbability: number;
  readonly proposedProbability: number;
}

export interface Suspicion {
  /** Rows that were looked at. */
  readonly judged: number;
  readonly classes: LabelErrors["classes"];
  readonly trust: LabelErrors["trust"];
  /** The surest first: by how much likelier the proposed class is than the given one. */
  readonly suspects: readonly Suspect[];
}

/**
 * Confident learning (Northcutt et al. 2021, https://arxiv.org/abs/1911.00068) on predictions of rows that training did not learn from. The threshold of a
 * class is the mean probability that rows labelled so get for it: what the model usually says where it means that class. A row is suspect where its likeliest
 * class is not its label and is at least as likely as that class's threshold. A class that labels no row has no threshold and is never proposed.
 * @param parts the same target in the splits that were judged.
 * @throws LatheError `usage` for numbers
 */
export function suspectLabels(parts: readonly LabelledPart[]): Suspicion {
  const labelled = parts.map((part) => ({ ...part, target: requireLabels(part.target) }));
  const classes: readonly string[] = labelled[0]?.target.classes ?? [];
  const [sums, counts] = [new Float64Array(classes.length), new Float64Array(classes.length)];
  let [judged, right] = [0, 0];
  for (const { target } of labelled) {
    for (let place = 0; place < target.truths.length; place++) {
      const given = target.truths[place] ?? -1;
      const probability = probabilityOf(target, place, given);
      if (!known(given, classes.length, probability)) continue;
      judged++;
      if (likeliest(target, place) === given) right++;
      sums[given] = (sums[given] ?? 0) + probability;
      counts[given] = (counts[given] ?? 0) + 1;
    }
  }
  const thresholds = classes.map((_, k) => ((counts[k] ?? 0) > 0 ? (sums[k] ?? 0) / (counts[k] ?? 1) : Infinity));
  const suspects: Suspect[] = [];
  for (const { rows, split, target } of labelled) {
    for (let place = 0; place < target.truths.length; place++) {
      const given = target.truths[place] ?? -1;
      const givenProbability = probabilityOf(target, place, given);
      if (!known(given, classes.length, givenProbability)) continue;
      const proposed = likeliest(target, place);
      const proposedProbability = probabilityOf(target, place, proposed);
      // Nothing is proposed where a class is as likely as the label, or a probability is no number.
      if (!(proposedProbability > givenProbability && proposedProbability >= (thresholds[proposed] ?? Infinity))) continue;
      suspects.push({ split, row: rows[place] ?? 0, given, proposed, givenProbability, proposedProbability });
    }
  }
  const margin = ({ proposedProbability, givenProbability }: Suspect) => proposedProbability - givenProbability;
  suspects.sort((a, b) => margin(b) - margin(a) || a.row - b.row);
  return {
    judged,
    suspects,
    trust: trustIn(right, judged, Math.max(0, ...counts)),
    classes: classes.map((name, k) => ({ name, rows: counts[k] ?? 0, threshold: Number.isFinite(thresholds[k]) ? (thresholds[k] ?? null) : null })),
  };
}

/**
 * Whether what is said of labels is worth saying. Where most of it is wrong, what contradicts a label says nothing of the label: of 95 % sure the share that is
 * right has to be more than half of the way from what guessing the most frequent class reaches to 1.
 * @param largest rows of the most frequent class
 */
function trustIn(right: number, judged: number, largest: number): LabelErrors["trust"] {
  const guessing = judged > 0 ? largest / judged : 0;
  const accuracy = judged > 0 ? right / judged : 0;
  const [low, high] = judged > 0 ? wilsonInterval(accuracy, judged) : [0, 1];
  const needed = (1 + guessing) / 2;
  return { accuracy, low, high, guessing, needed, enough: low > needed };
}

function requireLabels(target: SingleTarget): LabelledTarget {
  if (target.kind === "numeric")
    throw new LatheError("usage", `target ${target.name} is a number: it has residuals, not labels that may be wrong`, { target: target.name });
  return target;
}

/** A row without a known class, or with a probability that is no number, says nothing. */
function known(given: number, classes: number, probability: number): boolean {
  return given >= 0 && given < classes && !Number.isNaN(probability);
}

function probabilityOf({ kind, outputs, width }: LabelledTarget, place: number, k: number): number {
  if (kind === "category") return outputs[place * width + k] ?? Number.NaN;
  const yes = outputs[place] ?? Number.NaN;
  return k === 1 ? yes : 1 - yes;
}

function likeliest(target: LabelledTarget, place: number): number {
  return target.kind === "category"
    ? argmax(target.outputs, place * target.width, target.width)
    : argmax([probabilityOf(target, place, 0), probabilityOf(target, place, 1)]);
}
