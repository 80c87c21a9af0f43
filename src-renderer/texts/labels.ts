/** A target of several labels, on Evaluate and Predict. */
export const labelsTexts = {
  title: "Label by label",
  detail: "The most mistaken first; a label leads to its matrix, curves and samples",
  headings: {
    label: "Label",
    threshold: "Threshold",
    f1: "F1",
    precision: "Precision",
    recall: "Recall",
    tp: "Found",
    fn: "Missed",
    fp: "False",
    tn: "Rightly not",
  },
  hints: {
    tp: "There, and predicted (true positives)",
    fn: "There, and not predicted (false negatives)",
    fp: "Not there, but predicted (false positives)",
    tn: "Not there, and not predicted (true negatives)",
  },
  show: (label: string) => `Show “${label}” below`,
  tune: "Find thresholds by label",
  tuneHint: "From the next run on, each label's threshold is the one at which its F1 is best on the validation samples",
  tuned: "The next run finds a threshold for each label",
  isTuned: "Found by the next run",
  none: "No label",
  above: (threshold: string) => `above ${threshold}`,
};
