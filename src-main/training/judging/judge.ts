import { argmax } from "../../base/argmax.js";
import type { Confusion, JudgedLabel } from "../../contract/results.js";
import { USUAL_THRESHOLD } from "../../contract/thresholds.js";
import { evaluateBinary, evaluateCategory, evaluateEmbedding, evaluateLabels, evaluateNumeric } from "../../metrics/index.js";

/** What it takes to judge a target's predictions. */
export type JudgedTarget =
  | { readonly kind: "category"; readonly classes: readonly string[] }
  /** The second class is the positive one. */
  | { readonly kind: "binary"; readonly classes: readonly [string, string]; readonly threshold: number }
  | { readonly kind: "embedding" }
  /** By label, above which probability it is given. */
  | { readonly kind: "labels"; readonly classes: readonly string[]; readonly thresholds: readonly number[] }
  /** `restore` turns a normalised value of a column into its own unit; `forecast`: the columns are steps of a series to come. */
  | {
      readonly kind: "numeric";
      readonly columns: readonly string[];
      readonly restore?: (value: number, column: number) => number;
      readonly forecast?: boolean;
    };

export interface Judgement {
  readonly values: Readonly<Record<string, number | null>>;
  readonly matrix?: Confusion;
  /** Of labels, how each was told. */
  readonly labels?: JudgedLabel[];
}

/**
 * Rows without a truth do not count.
 * @param outputs row-major `[n, width]`: probabilities, or numbers. @param truth class indices, 0 and 1, or numbers; -1 and NaN where it is missing.
 */
export function judge(target: JudgedTarget, outputs: Float32Array, truth: Float32Array | Int32Array): Judgement {
  switch (target.kind) {
    case "category": {
      const { values, confusion } = evaluateCategory({ probabilities: outputs, targets: classesOf(truth), classes: target.classes });
      return { values, matrix: matrixOf(target.classes, confusion) };
    }
    case "binary": {
      const { values, confusion } = evaluateBinary({ probabilities: outputs, targets: classesOf(truth), threshold: target.threshold, classes: target.classes });
      return { values, matrix: matrixOf(target.classes, confusion) };
    }
    case "labels": {
      const { classes, thresholds } = target;
      const { values, counts } = evaluateLabels({ probabilities: outputs, targets: Float32Array.from(truth), labels: classes, thresholds });
      const { truePositives: tp, falsePositives: fp, falseNegatives: fn, trueNegatives: tn } = counts;
      const labels = classes.map((label, k): JudgedLabel => {
        return { label, threshold: thresholds[k] ?? USUAL_THRESHOLD, tp: tp[k] ?? 0, fp: fp[k] ?? 0, fn: fn[k] ?? 0, tn: tn[k] ?? 0 };
      });
      return { values, labels };
    }
    case "embedding": {
      const rows = truth.length;
      return { values: evaluateEmbedding({ rows, width: outputs.length / Math.max(1, rows), outputs, targets: Int32Array.from(truth) }).values };
    }
    case "numeric": {
      const restore = target.restore;
      const k = target.columns.length;
      const own = (values: Float32Array | Int32Array) => (restore ? Float32Array.from(values, (v, i) => restore(v, i % k)) : Float32Array.from(values));
      return {
        values: evaluateNumeric({ predictions: own(outputs), targets: own(truth), columns: target.columns, forecast: target.forecast === true }).values,
      };
    }
  }
}

/** -1 where there is none. */
function classesOf(truth: Float32Array | Int32Array): Int32Array {
  return truth instanceof Int32Array ? truth : Int32Array.from(truth, (value) => (value >= 0 ? value : -1));
}

/** Rows, of as many as `truth` has, that lack their truth, or one of its columns or labels. */
export function countGaps(target: JudgedTarget, truth: Float32Array | Int32Array, rows: number): number {
  const isGap = target.kind === "numeric" ? Number.isNaN : (value: number) => !(value >= 0);
  const width = truth.length / Math.max(1, rows);
  return Array.from({ length: rows }, (_, row) => truth.subarray(row * width, (row + 1) * width)).filter((own) => own.some((value) => isGap(value))).length;
}

function matrixOf(classes: readonly string[], counts: readonly (readonly number[])[]): Confusion {
  return { classes: [...classes], counts: counts.map((row) => [...row]) };
}

/** Turns what a trainer answers for a target into the unit in which its columns are: numbers are unscaled. */
export function inOwnUnit(judged: ReadonlyMap<string, JudgedTarget>): (target: string, value: number, column: number) => number {
  return (name, value, column) => {
    const target = judged.get(name);
    return target?.kind === "numeric" && target.restore ? target.restore(value, column) : value;
  };
}

/** What a row of outputs decides, to compare it with another's; undefined for numbers and points. */
export function decisionOf(target: JudgedTarget, outputs: Float32Array): number | string | undefined {
  if (target.kind !== "labels") return predictionOf(target, outputs);
  return target.classes.map((_, k) => ((outputs[k] ?? 0) > (target.thresholds[k] ?? USUAL_THRESHOLD) ? "1" : "0")).join("");
}

/** The one class that a row of outputs is most for: the likeliest class or label, or yes or no; undefined for numbers and points. */
export function predictionOf(target: JudgedTarget, outputs: Float32Array): number | undefined {
  return decisionAt(target, outputs, 0);
}

/** The same of the row in one place of many. @param outputs row-major `[n, width]` */
export function decisionAt(target: JudgedTarget, outputs: Float32Array, place: number): number | undefined {
  switch (target.kind) {
    case "category":
    case "labels":
      return argmax(outputs, place * target.classes.length, target.classes.length);
    case "binary":
      return (outputs[place] ?? 0) > target.threshold ? 1 : 0;
    case "numeric":
    case "embedding":
      return undefined;
  }
}
