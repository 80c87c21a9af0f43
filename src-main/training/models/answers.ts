import { argmax } from "../../base/argmax.js";
import type { FittedTarget } from "../../features/fitted.js";

/** How a model's outputs for a target are written down. */
export interface AnswerColumns {
  readonly head: readonly string[];
  /** Outputs a row. */
  readonly width: number;
  /** The prediction, then the probability of each class; or the numbers. Probabilities that are no numbers decide nothing: the cell is empty. */
  readonly cells: (outputs: Float32Array) => readonly string[];
}

export function answerColumns(target: FittedTarget, threshold = 0.5): AnswerColumns {
  switch (target.type) {
    case "numeric":
      return {
        head: target.columns.length === 1 ? [target.name] : target.columns.map((column) => `${target.name}:${column}`),
        width: target.columns.length,
        cells: (outputs) => Array.from(outputs, number),
      };
    case "binary":
      return {
        head: [target.name, ...target.classes.map((c) => `${target.name}:${c}`)],
        width: 1,
        cells: ([p = Number.NaN]) => [Number.isNaN(p) ? "" : target.classes[p > threshold ? 1 : 0], number(1 - p), number(p)],
      };
    case "category":
      return {
        head: [target.name, ...target.classes.map((c) => `${target.name}:${c}`)],
        width: target.classes.length,
        cells: (outputs) => [outputs.includes(Number.NaN) ? "" : (target.classes[argmax(outputs)] ?? ""), ...Array.from(outputs, number)],
      };
  }
}

/** Enough digits to tell two float32 apart. */
function number(value: number): string {
  return String(Number(value.toPrecision(9)));
}
