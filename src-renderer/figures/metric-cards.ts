import type { TargetView } from "../../src-main/contract/evaluation-views.js";
import type { MetricValues } from "../../src-main/contract/events.js";
import type { Confusion } from "../../src-main/contract/results.js";
import { guessing } from "./class-scores.js";

/** What one would have without a model. */
export interface Reference {
  readonly kind: "guess" | "majority" | "mean";
  readonly value: number;
  /** The class that is always guessed. */
  readonly name?: string;
  readonly beaten: boolean;
}

export interface MetricCard {
  /** As the report has it, without the target. */
  readonly key: string;
  /** The same without the column: what its words are found by. */
  readonly metric: string;
  readonly value: number | null;
  readonly reference?: Reference;
}

const shown: Readonly<Record<TargetView["kind"], readonly string[]>> = {
  binary: ["accuracy", "precision", "recall", "f1", "auroc", "averagePrecision", "logloss", "calibrationError", "loss"],
  category: [
    "accuracy",
    "accuracy.top3",
    "accuracy.top5",
    "precision.macro",
    "recall.macro",
    "f1.macro",
    "auroc",
    "averagePrecision",
    "logloss",
    "calibrationError",
    "loss",
  ],
  labels: ["exact", "accuracy", "hamming", "f1.macro", "f1.micro", "precision.macro", "recall.macro", "auroc", "averagePrecision", "loss"],
  numeric: ["mae", "rmse", "r2", "loss"],
  embedding: ["precisionAt1", "precisionAt1.chance", "loss"],
};

/** A target's metrics in the order in which one looks at them. @param column of numbers in several columns */
export function metricCards(values: MetricValues, target: TargetView, confusion: Confusion | undefined, column?: string): readonly MetricCard[] {
  const several = (target.columns?.length ?? 0) > 1;
  return shown[target.kind].flatMap((metric): MetricCard[] => {
    const key = several && metric !== "loss" ? `${metric}.${column ?? ""}` : metric;
    const value = values[`${target.name}.${key}`];
    if (value === undefined) return [];
    const other = (name: string) => values[`${target.name}.${several ? `${name}.${column ?? ""}` : name}`];
    const reference = value === null ? undefined : referenceOf(metric, value, confusion, target.kind === "binary", other("r2"));
    return [{ key, metric, value, ...(reference && { reference }) }];
  });
}

function referenceOf(metric: string, value: number, confusion: Confusion | undefined, binary: boolean, r2: number | null | undefined): Reference | undefined {
  const guess = confusion && guessing(confusion);
  const higher = (kind: Reference["kind"], reference: number, name?: string): Reference => ({
    kind,
    value: reference,
    beaten: value > reference,
    ...(name !== undefined && { name }),
  });
  const lower = (kind: Reference["kind"], reference: number): Reference => ({ kind, value: reference, beaten: value < reference });
  switch (metric) {
    case "accuracy":
      return guess && higher("majority", guess.accuracy, guess.name);
    case "auroc":
      return higher("guess", 0.5);
    case "averagePrecision":
      return binary && confusion ? higher("guess", shareOf(confusion, 1)) : undefined;
    case "logloss":
      return guess && lower("guess", guess.logloss);
    case "r2":
      return higher("mean", 0);
    // 1 − R² is the square error as a share of that of the mean.
    case "rmse":
      return typeof r2 === "number" && r2 < 1 ? lower("mean", value / Math.sqrt(1 - r2)) : undefined;
    default:
      return undefined;
  }
}

function shareOf({ counts }: Confusion, k: number): number {
  const sizes = counts.map((row) => row.reduce((a, b) => a + b, 0));
  return (sizes[k] ?? 0) / sizes.reduce((a, b) => a + b, 0);
}
