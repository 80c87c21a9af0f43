import type { Threshold } from "./kind.js";
import { writeNumber } from "./options.js";
import { oneColumn } from "./one-column.js";

/** What kinds of target share that are one of some classes. */
interface Classes {
  readonly name: string;
  readonly classes: readonly string[];
}

export const classTarget = {
  cells: "text",
  stratified: true,
  columns: oneColumn.columns,
  columnsOf: oneColumn.columnsOf,
  valuesOf: oneColumn.columnsOf,
  horizon: () => 0,
  classes: ({ classes }: Classes): readonly string[] => classes,
  trained: (values: Float32Array): Float32Array => values,
  restored: (values: Float32Array): Float64Array => Float64Array.from(values),
  head: ({ name, classes }: Classes): readonly string[] => [name, ...classes.map((c) => `${name}:${c}`)],
} as const;

/** Classes by their texts. Texts are read in NFC; a model of an earlier version may have learnt another form. */
export function byText(classes: readonly (readonly [string, number])[]): ReadonlyMap<string, number> {
  return new Map([...classes.map(([text, k]) => [text.normalize("NFC"), k] as const), ...classes]);
}

/** The prediction, then the probability of each class. @param predicted a class; undefined where there is none. */
export function classCells({ classes }: Classes, predicted: number | undefined, probabilities: readonly number[]): readonly string[] {
  return [predicted === undefined ? "" : (classes[predicted] ?? ""), ...probabilities.map(writeNumber)];
}

/** Of a target of one yes or no. */
export function numberOf(threshold: Threshold): number {
  return typeof threshold === "number" ? threshold : HALF;
}

const HALF = 0.5;
