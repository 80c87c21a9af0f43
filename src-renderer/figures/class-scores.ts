import type { Confusion } from "../../src-main/contract/results.js";

/** How one class was told from the others. */
export interface ClassScore {
  readonly name: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Rows that are of this class. */
  readonly support: number;
  /** Of those, the ones that were called something else. */
  readonly mistakes: number;
}

export const averages = ["micro", "macro", "weighted"] as const;
export type Average = (typeof averages)[number];
export type AverageScore = Pick<ClassScore, "precision" | "recall" | "f1">;

export const classColumns = ["name", "precision", "recall", "f1", "support", "mistakes"] as const;
export type ClassColumn = (typeof classColumns)[number];
export interface ClassOrder {
  readonly column: ClassColumn;
  readonly descending: boolean;
}

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
/** 0 where there is nothing to share, as the report has it. */
const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b);

interface Counted {
  readonly hits: number;
  readonly called: number;
  readonly support: number;
}

function counted({ counts }: Confusion): readonly Counted[] {
  return counts.map((row, k) => ({ hits: row[k] ?? 0, called: sum(counts.map((other) => other[k] ?? 0)), support: sum(row) }));
}

function scored({ hits, called, support }: Counted): AverageScore {
  return { precision: ratio(hits, called), recall: ratio(hits, support), f1: ratio(2 * hits, called + support) };
}

export function classScores(confusion: Confusion): readonly ClassScore[] {
  return counted(confusion).map((count, k) => ({
    name: confusion.classes[k] ?? "",
    ...scored(count),
    support: count.support,
    mistakes: count.support - count.hits,
  }));
}

/**
 * As the report averages: `micro` pools all counts, `macro` is the mean over the classes that occur as truth or prediction, `weighted` weighs classes by their
 * rows.
 */
export function averageScore(confusion: Confusion, average: Average): AverageScore {
  const counts = counted(confusion);
  if (average === "micro")
    return scored({
      hits: sum(counts.map(({ hits }) => hits)),
      called: sum(counts.map(({ called }) => called)),
      support: sum(counts.map(({ support }) => support)),
    });
  const weights = counts.map(({ called, support }) => (average === "weighted" ? support : Number(called + support > 0)));
  const mean = (of: keyof AverageScore) => ratio(sum(counts.map((count, k) => scored(count)[of] * (weights[k] ?? 0))), sum(weights));
  return { precision: mean("precision"), recall: mean("recall"), f1: mean("f1") };
}

/** Equal ones stay as they were. */
export function sortScores(scores: readonly ClassScore[], { column, descending }: ClassOrder): readonly ClassScore[] {
  const sign = descending ? -1 : 1;
  return [...scores].sort((a, b) => {
    const [x, y] = [a[column], b[column]];
    return sign * (typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y), undefined, { numeric: true }));
  });
}

/** What always guessing the most frequent class comes to, and by how much it is surprised who only knows how frequent classes are. */
export function guessing({ classes, counts }: Confusion): { readonly name: string; readonly accuracy: number; readonly logloss: number } | undefined {
  const rows = counts.map(sum);
  const all = sum(rows);
  if (all === 0) return undefined;
  const most = Math.max(...rows);
  return {
    name: classes[rows.indexOf(most)] ?? "",
    accuracy: most / all,
    logloss: -sum(rows.map((count) => (count === 0 ? 0 : (count / all) * Math.log(count / all)))),
  };
}
