import { averaged, classScores, ratio, type Score } from "./averages.js";
import { labelAverages } from "./label-view.js";
import type { MetricDefinition } from "./metric.js";

/** TP / (TP + FN), 0 where the class never occurs. */
const score: Score = (tp, _fp, fn) => ratio(tp, tp + fn);

/** By class and on average; of a yes-or-no target also of yes alone. */
export const recall: MetricDefinition = {
  type: "recall",
  summary: "Of the samples of a class, the share that are found.",
  better: "higher",
  category: (view) => averaged("recall", view, score),
  labels: (view) => labelAverages("recall", view, score),
  binary: (view) => ({ recall: view.rows === 0 ? undefined : classScores(view.counts, score)[1], ...averaged("recall", view, score) }),
};
