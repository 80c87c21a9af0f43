import { averaged, classScores, ratio, type Score } from "./averages.js";
import { labelAverages } from "./label-view.js";
import type { MetricDefinition } from "./metric.js";

/** TP / (TP + FP), 0 where the class is never predicted. */
const score: Score = (tp, fp) => ratio(tp, tp + fp);

/** By class and on average; of a yes-or-no target also of yes alone. */
export const precision: MetricDefinition = {
  type: "precision",
  summary: "Of the samples predicted as a class, the share that are of it.",
  better: "higher",
  category: (view) => averaged("precision", view, score),
  labels: (view) => labelAverages("precision", view, score),
  binary: (view) => ({ precision: view.rows === 0 ? undefined : classScores(view.counts, score)[1], ...averaged("precision", view, score) }),
};
