import type { NumericView, RawValues } from "./metric.js";

/** A value of each column under `<name>.<column>` where there are several, and one over all under `<name>`. */
export function byColumn(
  name: string,
  view: NumericView,
  column: (k: number) => number | undefined,
  overall: (values: readonly (number | undefined)[]) => number | undefined = meanOf,
): RawValues {
  const values = view.columns.map((_, k) => column(k));
  const each = view.columns.length > 1 ? Object.fromEntries(view.columns.map((c, k) => [`${name}.${c}`, values[k]])) : {};
  return { [name]: overall(values), ...each };
}

/** The mean, over samples that have a target, of a function of prediction and target in one column; NaN where none has. */
export function columnMean(view: NumericView, k: number, term: (prediction: number, target: number) => number): number {
  const width = view.columns.length;
  let total = 0;
  let rows = 0;
  for (let i = k; i < view.targets.length; i += width) {
    const target = view.targets[i] ?? NaN;
    if (Number.isNaN(target)) continue;
    total += term(view.predictions[i] ?? NaN, target);
    rows++;
  }
  return total / rows;
}

/** What a share of a truth near 0 is divided by at least, as in torchmetrics. */
export const SMALLEST_DIVISOR = 1.17e-6;

export function squaredError(prediction: number, target: number): number {
  return (prediction - target) ** 2;
}

/** undefined where a column's value does not exist. */
export function meanOf(values: readonly (number | undefined)[]): number | undefined {
  let total = 0;
  for (const value of values) {
    if (value === undefined) return undefined;
    total += value;
  }
  return total / values.length;
}
