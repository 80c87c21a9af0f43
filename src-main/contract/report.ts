import { z } from "zod";
import { metricValues } from "./events.js";
import { forecastReport } from "./forecast-report.js";
import { keptThresholds } from "./thresholds.js";
import { confusionSchema, judgedLabel, parityResult } from "./results.js";

const partCounts = z.strictObject({ train: z.number(), validation: z.number(), test: z.number() });
export const splitReport = z.strictObject({
  rows: z.number(),
  /** By target, rows that lack it, or one of its columns: its loss and metrics do not count them. Absent where none does. */
  missing: z.record(z.string(), z.number()).optional(),
  metrics: metricValues,
  confusion: z.record(z.string(), confusionSchema),
  labels: z.record(z.string(), z.array(judgedLabel)).optional(),
  /** sha256 over the rows and the classes that are true of them: figures of runs that have the same can be compared. Absent in reports of earlier versions. */
  judgedOn: z.string().optional(),
});
export type SplitReport = z.infer<typeof splitReport>;

/** `report.json`: what a run came to, complete enough to judge the model without opening it. */
export const runReport = z.strictObject({
  version: z.literal(1),
  lathe: z.string(),
  project: z.string(),
  run: z.string(),
  seed: z.number(),
  ended: z.enum(["completed", "early-stopping", "stopped"]),
  data: z.strictObject({
    source: z.string(),
    fingerprint: z.string(),
    rows: partCounts,
    /** Rows excluded, with why. */
    skipped: z.record(z.string(), z.number()),
    /** By target, rows of each part that lack it and are used for the other targets. Absent where none does. */
    missing: z.record(z.string(), partCounts).optional(),
    warnings: z.array(z.string()),
  }),
  training: z.strictObject({
    epochs: z.number(),
    bestEpoch: z.number(),
    seconds: z.number(),
    engine: z.string(),
    engineVersion: z.string(),
    device: z.string(),
    /** Why this engine and device; absent in reports of earlier versions. */
    reason: z.string().optional(),
    threads: z.number(),
    /** What may keep the network from learning; absent in reports of earlier versions. */
    warnings: z.array(z.string()).optional(),
    /** What was computed once of each sample, so that epochs train only what comes after it; absent where every epoch computes all. */
    keptFeatures: z
      .strictObject({
        /** Layers whose results are kept. */
        upTo: z.array(z.string()),
        /** Of a sample. */
        numbers: z.number(),
        /** Of a training sample, each with augmentation of its own. */
        draws: z.number(),
      })
      .optional(),
  }),
  model: z.strictObject({
    file: z.string(),
    bytes: z.number(),
    sha256: z.string(),
    parameters: z.number(),
    layers: z.array(z.strictObject({ id: z.string(), type: z.string(), output: z.string(), parameters: z.number() })),
  }),
  validation: splitReport.optional(),
  test: splitReport.optional(),
  /** What targets were decided by whose thresholds the project gives, or has tuned. */
  thresholds: keptThresholds.optional(),
  /** Of targets with a horizon. */
  forecast: forecastReport.optional(),
  parity: parityResult,
});
export type RunReport = z.infer<typeof runReport>;
