import type { MetricValues } from "../contract/events.js";
import type { Confusion } from "../contract/results.js";
import { count, number, table } from "./output.js";

/** A readable summary of metrics: the ones of the whole, then a row a class, then the confusion matrix. */
export function metricReport(metrics: MetricValues, confusion: Readonly<Record<string, Confusion>>): string {
  const targets = [...new Set(Object.keys(metrics).flatMap((name) => (name.includes(".") ? [name.split(".", 1)[0] ?? ""] : [])))];
  const blocks = targets.map((target) => targetReport(target, metrics, confusion[target]));
  return blocks.join("\n\n");
}

function targetReport(target: string, metrics: MetricValues, confusion: Confusion | undefined): string {
  const of = (name: string) => metrics[`${target}.${name}`];
  const whole = ["loss", "accuracy", "auroc", "averagePrecision", "logloss", "mse", "rmse", "mae", "r2"].filter((name) => of(name) !== undefined);
  const parts = [table([target, ""], whole.map((name) => [name, number(of(name))]))];
  if (confusion) {
    const averages = ["macro", "micro", "weighted"].filter((name) => of(`f1.${name}`) !== undefined);
    const total = confusion.counts.flat().reduce((a, b) => a + b, 0);
    const support = (name: string) => {
      const index = confusion.classes.indexOf(name);
      return index < 0 ? total : (confusion.counts[index] ?? []).reduce((a, b) => a + b, 0);
    };
    const rows = [...confusion.classes, ...averages].map((name) => [name, number(of(`precision.${name}`)), number(of(`recall.${name}`)), number(of(`f1.${name}`)), count(support(name))]);
    parts.push(table(["class", "precision", "recall", "f1", "rows"], rows));
    if (confusion.classes.length <= 12) {
      parts.push(table(["truth \\ predicted", ...confusion.classes], confusion.classes.map((name, i) => [name, ...(confusion.counts[i] ?? []).map(count)])));
    }
  }
  return parts.join("\n\n");
}
