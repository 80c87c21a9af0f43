import { argmax } from "../base/argmax.js";
import { LatheError } from "../base/errors.js";
import { countClasses, type ClassCounts } from "./class-counts.js";
import type { BinaryData, BinaryView, CategoryData, CategoryView, NumericData, NumericView } from "./metric.js";

/** Rows whose class is known, and how they were decided, counted when first asked for. */
export function categoryView(data: CategoryData): CategoryView {
  const width = data.classes.length;
  checkLength("probabilities", data.probabilities.length, data.targets.length * width);
  const known = withKnownClass(data);
  const rows = known.targets.length;
  let counts: ClassCounts | undefined;
  return {
    ...known,
    rows,
    get counts() {
      return (counts ??= countClasses(
        width,
        rows,
        (i) => known.targets[i] ?? -1,
        (i) => argmax(known.probabilities, i * width, width),
      ));
    },
  };
}

export function binaryView(data: BinaryData): BinaryView {
  const { threshold = 0.5, classes = ["0", "1"] } = data;
  checkLength("probabilities", data.probabilities.length, data.targets.length);
  const isKnown = (target: number) => target === 0 || target === 1;
  const { probabilities, targets } = data.targets.every(isKnown)
    ? data
    : { probabilities: data.probabilities.filter((_, i) => isKnown(data.targets[i] ?? -1)), targets: data.targets.filter(isKnown) };
  const rows = targets.length;
  let counts: ClassCounts | undefined;
  return {
    probabilities,
    targets,
    threshold,
    classes,
    rows,
    get counts() {
      return (counts ??= countClasses(
        2,
        rows,
        (i) => targets[i] ?? -1,
        (i) => ((probabilities[i] ?? NaN) > threshold ? 1 : 0),
      ));
    },
  };
}

export function numericView(data: NumericData): NumericView {
  checkLength("predictions", data.predictions.length, data.targets.length);
  const rows = data.targets.length / data.columns.length;
  if (!Number.isInteger(rows)) throw new LatheError("internal", `${data.targets.length} targets do not fill rows of ${data.columns.length} columns`);
  return { ...data, rows };
}

function withKnownClass(data: CategoryData): CategoryData {
  if (!data.targets.some((t) => t < 0)) return data;
  const width = data.classes.length;
  const targets = data.targets.filter((t) => t >= 0);
  const probabilities = new Float32Array(targets.length * width);
  let row = 0;
  data.targets.forEach((t, i) => {
    if (t >= 0) probabilities.set(data.probabilities.subarray(i * width, (i + 1) * width), row++ * width);
  });
  return { ...data, targets, probabilities };
}

function checkLength(what: string, got: number, expected: number): void {
  if (got !== expected) throw new LatheError("internal", `got ${got} ${what} to evaluate, expected ${expected}`);
}
