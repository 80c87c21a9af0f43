import { finiteOrNull } from "../../base/finite.js";
import { type Decisions, jointMatch } from "../../metrics/joint-match.js";
import { type JudgedTarget, decisionAt } from "./judge.js";

/** What is asked of a target: how it is judged, what the model answered, and what is true. */
export interface JudgedAnswers {
  readonly target: JudgedTarget;
  /** Row-major `[n, width]`. */
  readonly outputs: Float32Array;
  readonly truths: ArrayLike<number>;
}

/** Decisions of those targets that have classes, in their order. */
export function decisionsOf(answers: readonly JudgedAnswers[]): readonly Decisions[] {
  return answers.flatMap(({ target, outputs, truths }) =>
    target.kind !== "category" && target.kind !== "binary" ? [] : [{ decided: (place: number) => decisionAt(target, outputs, place) ?? 0, truths }],
  );
}

/** Metrics over several targets together, which have no target in their names; of fewer than two targets of classes there are none. */
export function jointMetrics(answers: readonly JudgedAnswers[], samples: number): Readonly<Record<string, number | null>> {
  const decisions = decisionsOf(answers);
  return decisions.length < 2 ? {} : { exactMatch: finiteOrNull(jointMatch(decisions, samples)) };
}
