import { own } from "../base/own.js";
import type { MetricValues } from "../contract/events.js";
import type { Confusion, JudgedLabel } from "../contract/results.js";
import { count, number, plural } from "./format.js";
import type { Output } from "./output.js";
import { showLabels } from "./show-labels.js";

const wholeMetrics = [
  "loss",
  "accuracy",
  "accuracy.top3",
  "accuracy.top5",
  "exact",
  "hamming",
  "auroc",
  "averagePrecision",
  "logloss",
  "calibrationError",
  "mse",
  "mse.standardised",
  "rmse",
  "mae",
  "mape",
  "smape",
  "mase",
  "r2",
  "skill.naive",
  "skill.seasonal",
  "precisionAt1",
  "precisionAt1.chance",
];
/** More classes than these make no readable matrix; the report has it. */
const MOST_CLASSES = 12;

/** What was judged, as far as it says of which targets a row may have a part: of those with several labels, or columns. */
interface Judged {
  readonly metrics: MetricValues;
  readonly labels?: Readonly<Record<string, unknown>> | undefined;
  readonly missing?: Readonly<Record<string, number>> | undefined;
}

/** Rows that lack one of several targets, or some of it. */
export function showMissing(output: Output, { missing = {}, metrics, labels = {} }: Judged): void {
  const hasParts = (target: string) => own(labels, target) !== undefined || Object.keys(metrics).some((name) => name.startsWith(`${target}.mae.`));
  for (const [target, rows] of Object.entries(missing))
    output.line(
      hasParts(target)
        ? `${plural(rows, "row")} without some or all of ${target}: its metrics count what is there` +
            (own(labels, target) === undefined ? "" : `, and "exact" rows that have all`)
        : `${plural(rows, "row")} with no known ${target}: its metrics do not count ${rows === 1 ? "it" : "them"}`,
    );
}

/** A readable summary of metrics, target by target: those of the whole, then a row a class, then the confusion matrix. */
export function showMetrics(
  output: Output,
  metrics: MetricValues,
  confusion: Readonly<Record<string, Confusion>>,
  labels: Readonly<Record<string, readonly JudgedLabel[]>> = {},
): void {
  for (const target of targetsOf(metrics)) {
    const of = (name: string) => metrics[`${target}.${name}`];
    output.line();
    output.table(
      [target, ""],
      wholeMetrics.filter((name) => of(name) !== undefined).map((name) => [name, number(of(name))]),
    );
    const counts = own(confusion, target);
    if (counts) showClasses(output, of, counts);
    const judged = own(labels, target);
    if (judged) showLabels(output, of, judged);
  }
  if (metrics["exactMatch"] === undefined) return;
  output.line();
  output.line(`exactMatch ${number(metrics["exactMatch"])}: the share of samples whose classes are right for all targets`);
}

function showClasses(output: Output, of: (name: string) => number | null | undefined, { classes, counts }: Confusion): void {
  const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);
  const averages = ["macro", "micro", "weighted"].filter((name) => of(`f1.${name}`) !== undefined);
  const row = (name: string, rows: number) => [name, number(of(`precision.${name}`)), number(of(`recall.${name}`)), number(of(`f1.${name}`)), count(rows)];
  output.line();
  output.table(
    ["class", "precision", "recall", "f1", "rows"],
    [...classes.map((name, i) => row(name, sum(counts[i] ?? []))), ...averages.map((name) => row(name, sum(counts.flat())))],
  );
  const unjudged = classes.filter((_, i) => sum(counts[i] ?? []) === 0).map((name) => `"${name}"`);
  if (unjudged.length > 0 && unjudged.length < classes.length)
    output.line(
      `no row here is ${unjudged.slice(0, MOST_CLASSES).join(", ")}: this says nothing of how well ${unjudged.length === 1 ? "it is" : "they are"} told`,
    );
  if (classes.length > MOST_CLASSES) return;
  output.line();
  output.table(
    ["truth \\ predicted", ...classes],
    classes.map((name, i) => [name, ...(counts[i] ?? []).map(count)]),
  );
}

/** Names of metrics that tell at a glance how good a target's answers are. */
export const MAIN_METRIC = /\.(accuracy|rmse|precisionAt1)$/;

/** The one number that tells a run's worth at a glance: the first target's accuracy, RMSE or precision of the nearest, else the loss. */
export function mainMetric(metrics: MetricValues): { readonly name: string; readonly value: number | null } | undefined {
  const name = Object.keys(metrics).find((key) => MAIN_METRIC.test(key)) ?? (metrics["loss"] === undefined ? undefined : "loss");
  return name === undefined ? undefined : { name, value: metrics[name] ?? null };
}

function targetsOf(metrics: MetricValues): readonly string[] {
  return [...new Set(Object.keys(metrics).flatMap((name) => (name.includes(".") ? [name.split(".", 1)[0] ?? ""] : [])))];
}
