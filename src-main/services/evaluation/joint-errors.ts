import type { z } from "zod";
import { LatheError } from "../../base/errors.js";
import { finiteOrNull } from "../../base/finite.js";
import type { JointErrors, JointOutcome, JointRow, jointRowsRequest } from "../../contract/evaluation-views.js";
import { USUAL_THRESHOLD } from "../../contract/thresholds.js";
import { type Decisions, jointMatch, outcomeOf } from "../../metrics/joint-match.js";
import { decisionsOf } from "../../training/judging/joint-metrics.js";
import type { KeptTarget } from "../../training/runs/kept-predictions.js";
import { type LoadedPredictions, workedOut } from "../prediction/prediction-store.js";
import { inOwnUnit, judgeOf, sorted } from "./judged-rows.js";

/** A target that a sample has one class of. */
type ClassTarget = Extract<KeptTarget, { readonly kind: "category" | "binary" }>;

export type JointRowsRequest = z.output<typeof jointRowsRequest>;

/** Combinations that are listed. */
const MOST_COMBINATIONS = 100;

/** Samples by what was right of them. */
interface Grouped {
  /** `[n]`: which of the combinations a sample is of. */
  readonly group: Uint32Array;
  /** In the order in which they occur. */
  readonly combinations: readonly { readonly outcomes: readonly JointOutcome[]; readonly rows: number }[];
}

/** @throws LatheError `usage` where fewer than two targets have classes. */
export function jointErrorsOf(predictions: LoadedPredictions): JointErrors {
  const targets = withClasses(predictions);
  return workedOut(predictions, ["joint errors"], () => {
    const rows = predictions.rows.length;
    const { combinations } = groupsOf(predictions);
    const isRight = (outcomes: readonly JointOutcome[]) => outcomes.every((outcome) => outcome === "right");
    const known = combinations.filter(({ outcomes }) => !outcomes.includes("unknown"));
    const count = (some: Grouped["combinations"]) => some.reduce((sum, one) => sum + one.rows, 0);
    const all = count(known);
    const shares = targets.map((_, k) => count(known.filter(({ outcomes }) => outcomes[k] === "right")) / all);
    const inOrder = [...combinations].sort((a, b) => Number(isRight(b.outcomes)) - Number(isRight(a.outcomes)) || b.rows - a.rows);
    const listed = inOrder.slice(0, MOST_COMBINATIONS);
    return {
      targets: targets.map(({ name }) => name),
      rows,
      known: all,
      exactMatch: finiteOrNull(jointMatch(decisionsOfKept(targets), rows)),
      independent: finiteOrNull(shares.reduce((product, share) => product * share, 1)),
      combinations: listed.map(({ outcomes, rows: n }) => ({ outcomes: [...outcomes], rows: n })),
      more: { combinations: inOrder.length - listed.length, rows: count(inOrder.slice(MOST_COMBINATIONS)) },
    };
  });
}

/**
 * Samples that a request is about, in its order: their places in the split.
 * @throws LatheError `usage` as `jointErrorsOf`, and for outcomes of other targets.
 */
export function jointPlacesOf(predictions: LoadedPredictions, { outcomes, order }: JointRowsRequest): Uint32Array {
  const targets = withClasses(predictions);
  if (outcomes && outcomes.length !== targets.length)
    throw new LatheError("usage", `got ${outcomes.length} outcomes, expected one for each target with classes: ${names(targets)}`);
  return workedOut(predictions, ["joint rows", outcomes, order], () => {
    const { group, combinations } = groupsOf(predictions);
    const isWanted = combinations.map((one) => outcomes?.every((outcome, k) => outcome === null || outcome === one.outcomes[k]) ?? true);
    const places = Uint32Array.from(predictions.rows.keys()).filter((place) => isWanted[group[place] ?? 0]);
    return order === "row" ? places : sorted(places, lossesOf(targets), true);
  });
}

/** A sample as it is shown, without its cells. */
export function describeJointRow(predictions: LoadedPredictions, place: number): Omit<JointRow, "cells"> {
  return {
    row: predictions.rows[place] ?? 0,
    answers: predictions.targets.map((target) => answerOf(target, place)),
    loss: lossesOf(withClasses(predictions))(place),
  };
}

function answerOf(target: KeptTarget, place: number): JointRow["answers"][number] {
  if (target.kind === "numeric") {
    const cells = (values: ArrayLike<number>) => Array.from({ length: target.width }, (_, k) => values[place * target.width + k] ?? Number.NaN);
    const own = (numbers: readonly number[]) => numbers.map(inOwnUnit).join(", ");
    const truths = cells(target.truths);
    return { ...(truths.some(Number.isNaN) ? {} : { truth: own(truths) }), predicted: own(cells(target.outputs)) };
  }
  if (target.kind === "labels") {
    const given = (isGiven: (k: number) => boolean) => target.classes.filter((_, k) => isGiven(k)).join(", ") || "—";
    const at = (values: ArrayLike<number>, k: number) => values[place * target.width + k] ?? Number.NaN;
    const isKnown = target.classes.every((_, k) => !Number.isNaN(at(target.truths, k)));
    return {
      ...(isKnown ? { truth: given((k) => at(target.truths, k) === 1) } : {}),
      predicted: given((k) => at(target.outputs, k) > (target.thresholds[k] ?? USUAL_THRESHOLD)),
    };
  }
  const judge = judgeOf(target, {});
  const truth = target.classes[target.truths[place] ?? -1];
  return { ...(truth === undefined ? {} : { truth }), predicted: target.classes[judge.decided(place)] ?? "", confidence: judge.confidence(place) };
}

/** −ln of the product of the probabilities of those classes that are known. */
function lossesOf(targets: readonly ClassTarget[]): (place: number) => number {
  const judges = targets.map((target) => ({ judge: judgeOf(target, {}), truths: target.truths }));
  return (place) => judges.reduce((sum, { judge, truths }) => ((truths[place] ?? -1) >= 0 ? sum + judge.loss(place) : sum), 0);
}

/** Told apart target by target: a group of those before divides into at most three. */
function groupsOf(predictions: LoadedPredictions): Grouped {
  return workedOut(predictions, ["joint groups"], () => {
    const rows = predictions.rows.length;
    const group = new Uint32Array(rows);
    let found: JointOutcome[][] = [[]];
    for (const decisions of decisionsOfKept(withClasses(predictions))) {
      const next: JointOutcome[][] = [];
      const numbers = new Map<string, number>();
      for (let place = 0; place < rows; place++) {
        const outcome = outcomeOf(decisions, place);
        const before = group[place] ?? 0;
        const key = `${before} ${outcome}`;
        let number = numbers.get(key);
        if (number === undefined) {
          number = next.push([...(found[before] ?? []), outcome]) - 1;
          numbers.set(key, number);
        }
        group[place] = number;
      }
      found = next;
    }
    const counts = new Uint32Array(found.length);
    for (const number of group) counts[number] = (counts[number] ?? 0) + 1;
    return { group, combinations: found.map((outcomes, k) => ({ outcomes, rows: counts[k] ?? 0 })) };
  });
}

function decisionsOfKept(targets: readonly KeptTarget[]): readonly Decisions[] {
  return decisionsOf(targets.map((target) => ({ target, outputs: target.outputs, truths: target.truths })));
}

function names(targets: readonly KeptTarget[]): string {
  return targets.map(({ name }) => name).join(", ") || "none";
}

function withClasses({ targets, split }: LoadedPredictions): readonly ClassTarget[] {
  const found = targets.filter((target) => target.kind === "category" || target.kind === "binary");
  if (found.length < 2)
    throw new LatheError("usage", `got ${found.length} targets of classes (${names(found)}) among ${names(targets)}; joint errors are of two or more`, {
      split,
    });
  return found;
}
