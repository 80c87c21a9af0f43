import { z } from "zod";
import { MOST_TARGETS } from "../base/limits.js";
import { type FormField, formField, valueNote } from "../features/form.js";
import { formulaCells, predictionResult } from "./results.js";
import { splitName } from "./table-views.js";

/** What the Evaluate and Predict screens ask for. */

export const judgedSplit = splitName.exclude(["train"]);

export const targetView = z.strictObject({
  name: z.string(),
  kind: z.enum(["category", "binary", "numeric", "labels", "embedding"]),
  /** Of category and binary targets, in the order of the confusion matrix; the second of a binary is the positive one. */
  classes: z.array(z.string()).optional(),
  /** Of numeric targets. */
  columns: z.array(z.string()).optional(),
  threshold: z.number().optional(),
  /** Of several labels, by label in the order of the classes. */
  thresholds: z.array(z.number()).optional(),
});
export type TargetView = z.infer<typeof targetView>;

/**
 * One curve; x, y and thresholds go together, thinned to a thousand points at most. The end of precision against recall, which has no threshold, is given 1.
 */
const curve = z.strictObject({ x: z.array(z.number()), y: z.array(z.number()), thresholds: z.array(z.number()) });

/** A class against the rest. */
export const curvesResult = z.strictObject({
  positives: z.number(),
  negatives: z.number(),
  auroc: z.number().nullable(),
  averagePrecision: z.number().nullable(),
  /** False-positive rate, true-positive rate. Absent where only one class is there. */
  roc: curve.optional(),
  /** Recall, precision. */
  precisionRecall: curve.optional(),
  /**
   * Share of the positive class among rows of about the same predicted probability: ten bins of equal width and one of what is surely 1, without those that
   * hold no row.
   */
  calibration: z.array(z.strictObject({ predicted: z.number(), observed: z.number(), rows: z.number() })),
});
export type CurvesResult = z.infer<typeof curvesResult>;

/** Of all predictions of a target. */
export const calibrationResult = z.strictObject({
  /** Expected calibration error, as the metric `calibrationError`; null without rows. */
  error: z.number().nullable(),
  /** By confidence (of a binary target: the probability of yes): 15 bins of equal width and one of what is surely 1, without those that hold no row. */
  bins: z.array(z.strictObject({ rows: z.number(), confidence: z.number(), accuracy: z.number() })),
});
export type CalibrationResult = z.infer<typeof calibrationResult>;

export const judgedRowsRequest = z.strictObject({
  split: judgedSplit,
  target: z.string(),
  /** Of a target of several labels, the one that is looked at: as a target of yes or no. */
  label: z.string().optional(),
  /** Of a numeric target with several columns; absent: the first. */
  column: z.string().optional(),
  /** Only rows whose truth, or prediction, is this class. */
  truth: z.string().optional(),
  predicted: z.string().optional(),
  show: z.enum(["all", "mistakes", "correct"]).default("all"),
  /** Of a binary target; absent: the model's own. */
  threshold: z.number().optional(),
  /** Of a numeric target: predicted − actual within these bounds. */
  residual: z.strictObject({ from: z.number(), to: z.number() }).optional(),
  /**
   * `worst`: the largest loss first, that is the truth thought least likely; `sure`: the most confident first, which with `show: "mistakes"` are the most
   * confident mistakes; `unsure`: the least confident first; both of classes only (numbers have no confidence: as `worst`); `row`: as in the file.
   */
  order: z.enum(["worst", "sure", "unsure", "row"]).default("worst"),
  offset: z.int().nonnegative(),
  limit: z.int().min(1).max(500),
});

export const judgedRow = z.strictObject({
  row: z.number(),
  /** A class, or a number in the column's unit. */
  truth: z.string(),
  predicted: z.string(),
  /** Probability of the prediction; of classes only. */
  confidence: z.number().optional(),
  /** By class, in the order of the target's classes. */
  probabilities: z.array(z.number()).optional(),
  /** −ln of the probability of the truth, or the size of the residual. */
  loss: z.number(),
  /** The row as the file has it. */
  cells: z.array(z.string().nullable()),
});
export type JudgedRow = z.infer<typeof judgedRow>;

export const judgedRows = z.strictObject({
  columns: z.array(z.string()),
  total: z.number(),
  rows: z.array(judgedRow),
  /** Why there are no cells: the data is gone or no longer what the run was trained on. */
  note: z.string().optional(),
});
export type JudgedRows = z.infer<typeof judgedRows>;

/** How a sample's class was decided for a target of classes; unknown: the sample's own class is not known. */
export const jointOutcome = z.enum(["right", "wrong", "unknown"]);
export type JointOutcome = z.infer<typeof jointOutcome>;

/** What a run got right and wrong together, over its targets of classes, each decided as the run decides. */
export const jointErrors = z.strictObject({
  /** Names of the targets of classes. */
  targets: z.array(z.string()),
  rows: z.number(),
  /** Samples whose classes are known for all targets. */
  known: z.number(),
  /** As the metric of that name; null where `known` is 0. */
  exactMatch: z.number().nullable(),
  /** What it would be if mistakes in one target had nothing to do with those in another: the product of the shares right among the `known`. */
  independent: z.number().nullable(),
  /** Samples by what was right of them, an outcome for each target: those with all right first, then the most frequent. */
  combinations: z.array(z.strictObject({ outcomes: z.array(jointOutcome), rows: z.number() })),
  /** Rarer combinations that are not listed, and their samples. */
  more: z.strictObject({ combinations: z.number(), rows: z.number() }),
});
export type JointErrors = z.infer<typeof jointErrors>;

export const jointRowsRequest = z.strictObject({
  split: judgedSplit,
  /** For each target of classes, in the order of `jointErrors`: what is wanted; null: whatever. Absent: all samples. */
  outcomes: z.array(jointOutcome.nullable()).max(MOST_TARGETS).optional(),
  /** `worst`: those whose classes together were thought least likely come first; `row`: as in the file. */
  order: z.enum(["worst", "row"]).default("worst"),
  offset: z.int().nonnegative(),
  limit: z.int().min(1).max(500),
});

export const jointRow = z.strictObject({
  row: z.number(),
  /** For every target of the run, numbers among them. Without a truth: it is not known. */
  answers: z.array(z.strictObject({ truth: z.string().optional(), predicted: z.string(), confidence: z.number().optional() })),
  /** −ln of the probability that the classes together were given, over the targets whose class is known. */
  loss: z.number(),
  /** The row as the file has it. */
  cells: z.array(z.string().nullable()),
});
export type JointRow = z.infer<typeof jointRow>;

export const jointRows = z.strictObject({
  /** Names of all targets, as in `answers`. */
  targets: z.array(z.string()),
  columns: z.array(z.string()),
  total: z.number(),
  rows: z.array(jointRow),
  /** As of judged rows. */
  note: z.string().optional(),
});
export type JointRows = z.infer<typeof jointRows>;

export const labelErrorsRequest = z.strictObject({
  target: z.string(),
  label: z.string().optional(),
  offset: z.int().nonnegative(),
  limit: z.int().min(1).max(500),
});

/** Rows whose label is worth a second look, the surest first; none where who says so is not to be trusted. */
export const labelErrors = z.strictObject({
  /**
   * Who says so: the network, of validation and test, which it did not learn from; or a linear head on its features, of all rows, each told by a head that did
   * not learn from it.
   */
  by: z.enum(["network", "features"]),
  /**
   * How often that agrees with the labels, where that lies with 95 % confidence, what guessing the most frequent class reaches, and what `low` has to exceed.
   */
  trust: z.strictObject({ accuracy: z.number(), low: z.number(), high: z.number(), guessing: z.number(), needed: z.number(), enough: z.boolean() }),
  /** Rows that were looked at, and suspect ones among them. */
  judged: z.number(),
  total: z.number(),
  /** The target's classes: rows labelled so, and how likely a class must be to be proposed; null where no row is labelled so. */
  classes: z.array(z.strictObject({ name: z.string(), rows: z.number(), threshold: z.number().nullable() })),
  columns: z.array(z.string()),
  rows: z.array(
    z.strictObject({
      split: splitName,
      row: z.number(),
      given: z.string(),
      proposed: z.string(),
      givenProbability: z.number(),
      proposedProbability: z.number(),
      /** The row as the file has it. */
      cells: z.array(z.string().nullable()),
    }),
  ),
  /** As of judged rows. */
  note: z.string().optional(),
});
export type LabelErrors = z.infer<typeof labelErrors>;

/** Of a numeric target, in its own unit. */
export const residualsResult = z.strictObject({
  /** At most 2,000 rows, evenly chosen. */
  points: z.array(z.strictObject({ row: z.number(), actual: z.number(), predicted: z.number() })),
  histogram: z.strictObject({ edges: z.array(z.number()), counts: z.array(z.number()) }),
});
export type ResidualsResult = z.infer<typeof residualsResult>;

export type { FormField };

/** Why a model is to be doubted, in sentences: what kept its network from learning, where an earlier version trained it all the same. */
export const modelDoubts = z.array(z.string());

export const predictionForm = z.strictObject({
  fields: z.array(formField),
  targets: z.array(targetView),
  doubts: modelDoubts,
  /**
   * What the folders of pictures in a folder have to stand for, from the outermost, so that the model can be asked about all of it; empty: the pictures alone
   * are enough. Absent: a folder does not tell all that the model reads.
   */
  folder: z.array(z.string()).optional(),
});
export type PredictionForm = z.infer<typeof predictionForm>;

export const onePrediction = z.strictObject({
  targets: z.array(
    z.strictObject({
      name: z.string(),
      kind: targetView.shape.kind,
      /** The prediction, or the number in its own unit. */
      value: z.string(),
      probabilities: z.array(z.strictObject({ class: z.string(), probability: z.number() })).optional(),
    }),
  ),
  /** Sentences on values the model never saw, and the column each is about. */
  notes: z.array(valueNote),
});
export type OnePrediction = z.infer<typeof onePrediction>;

export const tablePrediction = z.strictObject({
  samples: z.number(),
  out: z.string(),
  unknown: z.record(z.string(), z.number()),
  unknownValues: predictionResult.shape.unknownValues,
  outside: predictionResult.shape.outside,
  formulas: formulaCells,
  failed: predictionResult.shape.failed,
  unanswered: predictionResult.shape.unanswered,
  resumedAfter: predictionResult.shape.resumedAfter,
  devices: predictionResult.shape.devices,
  blank: predictionResult.shape.blank,
  /** The first rows of the answers, without apostrophes. */
  preview: z.strictObject({ columns: z.array(z.string()), rows: z.array(z.array(z.string())) }),
});
export type TablePrediction = z.infer<typeof tablePrediction>;
