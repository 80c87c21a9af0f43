import { z } from "zod";
import { certificateSchema } from "./certificate.js";
import { keptThresholds } from "./thresholds.js";
import { metricValues } from "./events.js";

/** What finished work says of itself: the last line of `--json`, and what the studio is answered. */

export const confusionSchema = z.strictObject({
  classes: z.array(z.string()),
  /** Rows are the truth, columns what was predicted. */
  counts: z.array(z.array(z.number())),
});
export type Confusion = z.infer<typeof confusionSchema>;

/** One of several labels: above which probability it was given, and in how many rows that was right. */
export const judgedLabel = z.strictObject({
  label: z.string(),
  threshold: z.number(),
  /** There and given; given and not there; there and not given; neither. */
  tp: z.number(),
  fp: z.number(),
  fn: z.number(),
  tn: z.number(),
});
export type JudgedLabel = z.infer<typeof judgedLabel>;

/** A value that a model was never shown, how often, and the nearest of those that it knows. */
export const unknownValue = z.strictObject({ value: z.string(), rows: z.number(), nearest: z.string().optional() });
export type UnknownValue = z.infer<typeof unknownValue>;

/** Unknown values by column, the most frequent first. */
const unknownValues = z.record(z.string(), z.array(unknownValue));
/** Rows by column whose number lies beyond what training saw, by more than the range of that. */
const outsideRows = z.record(z.string(), z.strictObject({ rows: z.number(), min: z.number(), max: z.number() }));

/** Pictures that could not be read, each with the reason as the end of a sentence that begins with its name. Absent where there are none. */
export const unreadablePictures = z.array(z.strictObject({ picture: z.string(), reason: z.string() }));

export const evaluationResult = z.strictObject({
  event: z.literal("evaluation"),
  samples: z.number(),
  /** Rows excluded, with why: a target that is missing, a class the model does not know. */
  skipped: z.record(z.string(), z.number()),
  /** By target, samples that lack it, or one of its columns, and are judged for the other targets. Absent where none does. */
  missing: z.record(z.string(), z.number()).optional(),
  /** Classes that the model does not know, and unknown values of its inputs. */
  unknownClasses: unknownValues.optional(),
  unknownValues: unknownValues.optional(),
  outside: outsideRows.optional(),
  unreadable: unreadablePictures.optional(),
  /** Pictures that are missing or cannot be read, and were read as empty ones, as the input says. */
  blank: z.number().optional(),
  metrics: metricValues,
  confusion: z.record(z.string(), confusionSchema),
  /** Of targets of several labels. */
  labels: z.record(z.string(), z.array(judgedLabel)).optional(),
  /** Where F1 is best on these rows, as `training.thresholds` takes it; where that was asked for. */
  best: keptThresholds.optional(),
});
export type EvaluationResult = z.infer<typeof evaluationResult>;

/** Cells of a CSV, its heads included, that a spreadsheet would take for formulas, and whether each was given an apostrophe that makes it a text. */
export const formulaCells = z.strictObject({ cells: z.number(), quoted: z.boolean() });
export type FormulaCells = z.infer<typeof formulaCells>;

export const predictionResult = z.strictObject({
  event: z.literal("prediction"),
  samples: z.number(),
  out: z.string(),
  /** Values that the model was never shown and treats as "none of the known", by input. */
  unknown: z.record(z.string(), z.number()),
  unknownValues: unknownValues.optional(),
  outside: outsideRows.optional(),
  formulas: formulaCells,
  /** Rows without an answer; the column of errors says why. Absent where there are none. */
  failed: z.number().optional(),
  /** The first of them. */
  unanswered: z.array(z.strictObject({ sample: z.string(), reason: z.string() })).optional(),
  /** Rows that an earlier call answered before it was cut off. */
  resumedAfter: z.number().optional(),
  /** Rows by what computed them, where more than one device did. */
  devices: z.record(z.string(), z.number()).optional(),
  /** As in an evaluation. */
  blank: z.number().optional(),
});
export type PredictionResult = z.infer<typeof predictionResult>;

export const learningRateResult = z.strictObject({
  event: z.literal("learning-rate"),
  /** null where the curve never went down. */
  suggestion: z.number().nullable(),
  points: z.array(z.strictObject({ learningRate: z.number(), loss: z.number() })),
});
export type LearningRateResult = z.infer<typeof learningRateResult>;

/** Whether the exported file answers as the trainer does. */
export const parityResult = z.strictObject({
  rows: z.number(),
  split: z.string(),
  /** Largest |exported − trained| over all predictions; of probabilities as it is, of numbers as a share of the column's largest prediction. */
  maxDifference: z.number(),
  /** Share of rows on which both decide the same. */
  equalDecisions: z.number(),
  /** The same of each target, where there are several. */
  targets: z.record(z.string(), z.strictObject({ maxDifference: z.number(), equalDecisions: z.number() })).optional(),
  tolerance: z.number(),
  passed: z.boolean(),
});
export type ParityResult = z.infer<typeof parityResult>;

/** What an export came to. */
export const exportResult = z.strictObject({
  event: z.literal("exported"),
  format: z.string(),
  path: z.string(),
  /** Of all files. */
  bytes: z.number(),
  certificate: certificateSchema.omit({ answers: true }),
});
export type ExportResult = z.infer<typeof exportResult>;
