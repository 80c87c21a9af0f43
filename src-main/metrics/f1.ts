import { averaged, classScores, ratio, type Score } from "./averages.js";
import { labelAverages } from "./label-view.js";
import type { MetricDefinition } from "./metric.js";

/** 2·TP / (2·TP + FP + FN), 0 where the class is neither predicted nor there. */
const score: Score = (tp, fp, fn) => ratio(2 * tp, 2 * tp + fp + fn);

/** By class and on average; of a yes-or-no target also of yes alone. */
export const f1: MetricDefinition = {
  type: "f1",
  summary: "Precision and recall in one number: their harmonic mean.",
  better: "higher",
  category: (view) => averaged("f1", view, score),
  labels: (view) => labelAverages("f1", view, score),
  binary: (view) => ({ f1: view.rows === 0 ? undefined : classScores(view.counts, score)[1], ...averaged("f1", view, score) }),
};
