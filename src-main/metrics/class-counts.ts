import { LatheError } from "../base/errors.js";

/** How predictions fell, by class. */
export interface ClassCounts {
  /** `confusion[actual][predicted]`, the number of samples. */
  readonly confusion: number[][];
  readonly truePositives: readonly number[];
  readonly falsePositives: readonly number[];
  readonly falseNegatives: readonly number[];
}

/**
 * Counts pairs of actual and predicted class.
 * @param classes how many there are. @param actual @param predicted the class of sample `i`, in [0, classes).
 */
export function countClasses(classes: number, rows: number, actual: (i: number) => number, predicted: (i: number) => number): ClassCounts {
  const cells = new Float64Array(classes * classes);
  for (let i = 0; i < rows; i++) {
    const [a, p] = [actual(i), predicted(i)];
    if (!(a >= 0 && a < classes && Number.isInteger(a))) throw new LatheError("internal", `sample ${i} is of class ${a}, expected one of ${classes}`);
    const cell = a * classes + p;
    cells[cell] = (cells[cell] ?? 0) + 1;
  }
  const indices = Array.from({ length: classes }, (_, k) => k);
  const confusion = indices.map((k) => Array.from(cells.subarray(k * classes, (k + 1) * classes)));
  const truePositives = indices.map((k) => cells[k * classes + k] ?? 0);
  const predictedAs = new Float64Array(classes);
  cells.forEach((count, cell) => {
    predictedAs[cell % classes] = (predictedAs[cell % classes] ?? 0) + count;
  });
  return {
    confusion,
    truePositives,
    falsePositives: indices.map((k) => (predictedAs[k] ?? 0) - (truePositives[k] ?? 0)),
    falseNegatives: indices.map((k) => sum(confusion[k] ?? []) - (truePositives[k] ?? 0)),
  };
}

export function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
