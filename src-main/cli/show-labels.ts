import type { JudgedLabel } from "../contract/results.js";
import { count, number } from "./format.js";
import type { Output } from "./output.js";

/** Labels that are listed, those with the most wrong decisions first; the report has all. */
const MOST = 50;

/** A row a label: how well it is told, at which threshold, and how the decisions on it fell; then the averages. */
export function showLabels(output: Output, of: (name: string) => number | null | undefined, labels: readonly JudgedLabel[]): void {
  const sorted = [...labels].sort((a, b) => b.fp + b.fn - (a.fp + a.fn));
  const scores = (name: string) => [number(of(`precision.${name}`)), number(of(`recall.${name}`)), number(of(`f1.${name}`))];
  output.line();
  output.table(
    ["label", "precision", "recall", "f1", "threshold", "right", "missed", "false", "rows"],
    [
      ...sorted
        .slice(0, MOST)
        .map(({ label, threshold, tp, fp, fn }) => [label, ...scores(label), number(threshold), count(tp), count(fn), count(fp), count(tp + fn)]),
      ...["macro", "micro", "weighted"].map((name) => [name, ...scores(name), "", "", "", "", ""]),
    ],
  );
  if (sorted.length > MOST) output.line(`${sorted.length - MOST} more labels stand in the report`);
  const unjudged = labels.filter(({ tp, fn }) => tp + fn === 0).map(({ label }) => `"${label}"`);
  if (unjudged.length > 0)
    output.line(
      `no row here has the label${unjudged.length === 1 ? "" : "s"} ${unjudged.slice(0, 12).join(", ")}` +
        `${unjudged.length > 12 ? ", …" : ""}: this says nothing ` +
        `of how well ${unjudged.length === 1 ? "it is" : "they are"} told`,
    );
}
