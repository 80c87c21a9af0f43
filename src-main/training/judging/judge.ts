import { argmax } from "../../base/argmax.js";
import type { Confusion } from "../../contract/results.js";
import { evaluateBinary, evaluateCategory, evaluateNumeric } from "../../metrics/index.js";

/** What it takes to judge a target's predictions. */
export type JudgedTarget =
  | { readonly kind: "category"; readonly classes: readonly string[] }
  /** The second class is the positive one. */
  | { readonly kind: "binary"; readonly classes: readonly [string, string]; readonly threshold: number }
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
}

/** @param outputs row-major `[n, width]`: probabilities, or numbers. @param truth class indices, 0 and 1, or numbers. */
export function judge(target: JudgedTarget, outputs: Float32Array, truth: Float32Array | Int32Array): Judgement {
  switch (target.kind) {
    case "category": {
      const { values, confusion } = evaluateCategory({ probabilities: outputs, targets: Int32Array.from(truth), classes: target.classes });
      return { values, matrix: matrixOf(target.classes, confusion) };
    }
    case "binary": {
      const { values, confusion } = evaluateBinary({
        probabilities: outputs,
        targets: Int32Array.from(truth),
        threshold: target.threshold,
        classes: target.classes,
      });
      return { values, matrix: matrixOf(target.classes, confusion) };
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

function matrixOf(classes: readonly string[], counts: readonly (readonly number[])[]): Confusion {
  return { classes: [...classes], counts: counts.map((row) => [...row]) };
}

/** The prediction that one row of outputs amounts to: the likeliest class, or yes or no; undefined for numbers. */
export function predictionOf(target: JudgedTarget, outputs: Float32Array): number | undefined {
  return decisionAt(target, outputs, 0);
}

/** The same of the row in one place of many. @param outputs row-major `[n, width]` */
export function decisionAt(target: JudgedTarget, outputs: Float32Array, place: number): number | undefined {
  switch (target.kind) {
    case "category":
      return argmax(outputs, place * target.classes.length, target.classes.length);
    case "binary":
      return (outputs[place] ?? 0) > target.threshold ? 1 : 0;
    case "numeric":
      return undefined;
  }
}
