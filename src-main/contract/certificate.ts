import { z } from "zod";

/** What an export was compared with before it was handed out. */
export const comparedSchema = z.strictObject({
  /** In words, as a sentence continues: "compared with the trainer". */
  with: z.string(),
  /** What compared: `onnxruntime`, `python` or, of what only repeats the run's own comparison, `run`. */
  by: z.enum(["onnxruntime", "python", "run"]),
  samples: z.number(),
  /** The part of the data; `made-up` for rows that were made up. */
  split: z.string(),
  /** As in a run's report: of probabilities as it is, of numbers as a share of the column's largest prediction. */
  maxDifference: z.number(),
  tolerance: z.number(),
});
export type Compared = z.infer<typeof comparedSchema>;

const answered = z.strictObject({
  split: z.enum(["validation", "test"]),
  /** Numbers of the rows, from 1, ascending. */
  rows: z.array(z.int().min(1)).min(1).max(1024),
  /** What the trainer answered, in the unit in which a file answers: `[rows, width]`, float32, little-endian, in base64. */
  targets: z.array(z.strictObject({ name: z.string(), width: z.int().min(1), values: z.base64() })).min(1),
});
export type CertifiedAnswers = z.infer<typeof answered>;

/** What an export tells of itself, so that anybody who has the data can repeat how it was checked. */
export const certificateSchema = z.strictObject({
  version: z.literal(1),
  lathe: z.string(),
  format: z.string(),
  options: z.record(z.string(), z.string()),
  project: z.string(),
  run: z.string(),
  /** SHA-256 of the run's own model. */
  model: z.string(),
  data: z.strictObject({
    fingerprint: z.string(),
    /** What the fingerprint depends on beside the files: the seed, and the project's section `data` with names of files in the place of their paths. */
    seed: z.number(),
    section: z.unknown(),
    rows: z.strictObject({ train: z.number(), validation: z.number(), test: z.number() }),
  }),
  /** Absent where nothing here could run it: `uncompared` says why. */
  compared: comparedSchema.optional(),
  uncompared: z.string().optional(),
  /** SHA-256 by file, of a single one under its format, as it was without the certificate. */
  files: z.record(z.string(), z.string()),
  /** Some of the rows that were compared; absent where the run kept none. */
  answers: answered.optional(),
});
export type Certificate = z.infer<typeof certificateSchema>;

/** What a folder calls its certificate. */
export const CERTIFICATE_FILE = "certificate.json";

/** What `lathe verify` found. */
export const verification = z.strictObject({
  event: z.literal("verified"),
  file: z.string(),
  certificate: certificateSchema.omit({ answers: true }),
  /** Whether the data are those of the run: `same`, or `unknown` where they have a test part that was not named. */
  data: z.enum(["same", "unknown"]),
  /** Files that are not as they were exported. */
  changed: z.array(z.string()),
  /** Absent of what holds figures only, and of programs that were not to be run. */
  compared: comparedSchema.optional(),
  /** A sentence: a program was not run. */
  unrun: z.string().optional(),
});
export type Verification = z.infer<typeof verification>;
