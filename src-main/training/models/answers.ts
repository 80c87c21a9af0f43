import { USUAL_THRESHOLD } from "../../contract/thresholds.js";
import type { AnswerColumnType } from "../../datasets/index.js";
import type { Threshold } from "../../features/kind.js";
import type { FittedTarget } from "../../features/fitted.js";
import { targetKindOf } from "../../features/index.js";

/** How a model's outputs for a target are written down, as its kind says. */
export interface AnswerColumns {
  readonly head: readonly string[];
  /** By column. */
  readonly types: readonly AnswerColumnType[];
  /** Outputs a row. */
  readonly width: number;
  readonly cells: (outputs: Float32Array) => readonly string[];
}

export function answerColumns(target: FittedTarget, threshold: Threshold = USUAL_THRESHOLD): AnswerColumns {
  const kind = targetKindOf(target);
  const head = kind.head(target);
  const types = head.map((_, k) => (k === 0 && kind.classes(target) !== undefined ? "text" : "number"));
  return { head, types, width: kind.width(target), cells: (outputs) => kind.cellsOf(outputs, target, threshold) };
}

/** The columns of a file of answers: the sample, then those of each target; `sample number` where a target has the other name. */
export function answerHead(targets: readonly Pick<AnswerColumns, "head">[]): string[] {
  const answers = targets.flatMap(({ head }) => head);
  return [answers.includes("sample") ? "sample number" : "sample", ...answers];
}
