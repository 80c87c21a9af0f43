import { z } from "zod";
import { forecastStretch } from "./forecast-report.js";
import { type MetricValues, metricValues } from "./metric-values.js";
import { mendSchema } from "./model-views.js";

export { type MetricValues, metricValues };

/**
 * What a run says while it works: the engine process sends these, the command line prints them, the studio draws them. `epoch` events are also the lines of
 * `metrics.jsonl`.
 */

/** How one layer's gradients and weights fared in an epoch: means over the steps that were looked at. */
export const layerDiagnosis = z.strictObject({
  /** L2 norm of the loss gradient by this layer's parameters, before clipping. */
  gradientNorm: z.number().optional(),
  /** L2 norm of its parameters. */
  weightNorm: z.number().optional(),
  /** L2 norm of a step's change over weightNorm; 1e-3 is healthy. */
  updateRatio: z.number().optional(),
  /** Share of units that were off for a whole batch. */
  dead: z.number().optional(),
  /** Share of outputs in the flat parts of the activation. */
  saturated: z.number().optional(),
  /** Its weights are not trained, so that there is nothing to tell of them. */
  frozen: z.literal(true).optional(),
});
export type LayerDiagnosis = z.infer<typeof layerDiagnosis>;

export const errorRecord = z.strictObject({ code: z.string(), message: z.string(), details: z.record(z.string(), z.unknown()).optional() });

export const startedEvent = z.strictObject({
  event: z.literal("run"),
  /** The run's id, the name of its folder. */
  run: z.string(),
  folder: z.string(),
  project: z.string(),
  engine: z.string(),
  engineVersion: z.string(),
  device: z.string(),
  /** Why this engine and device. */
  reason: z.string(),
  threads: z.number(),
  epochs: z.number(),
  stepsPerEpoch: z.number(),
  batchSize: z.number(),
  parameters: z.number(),
  samples: z.strictObject({ train: z.number(), validation: z.number(), test: z.number() }),
  resumedFrom: z.strictObject({ epoch: z.number(), step: z.number() }).optional(),
});

/** Anything over a second that is not a step: reading, hashing, encoding, evaluating, exporting. */
export const stageEvent = z.strictObject({
  event: z.literal("stage"),
  stage: z.string(),
  done: z.number(),
  /** Absent where the end is not known. */
  total: z.number().optional(),
  /** Where it can be told. */
  secondsLeft: z.number().optional(),
});

export type StageEvent = z.infer<typeof stageEvent>;

/** At most a few a second, whatever the speed of training. */
export const stepEvent = z.strictObject({
  event: z.literal("step"),
  epoch: z.number(),
  /** Within the epoch, from 1. */
  step: z.number(),
  /** Mean over the steps since the last such event. */
  loss: z.number().nullable(),
  learningRate: z.number(),
  samplesPerSecond: z.number(),
  secondsLeft: z.number(),
});

/** What a warning advises that a program can do for its reader. The sentence says it too, and more. */
export const advice = z.enum(["lower-rate", "higher-rate", "clip", "warm-up", "replace-saturating", "leaky-relu", "relu"]);
export type Advice = z.infer<typeof advice>;

/** Something seen, why it matters, what to try. */
export const warningEvent = z.strictObject({
  event: z.literal("warning"),
  code: z.string(),
  message: z.string(),
  layer: z.string().optional(),
  epoch: z.number().optional(),
  advice: z.array(advice).readonly(),
  /** Changes of the project that do away with it. */
  mends: z.array(mendSchema).readonly().optional(),
});
export type WarningEvent = z.infer<typeof warningEvent>;

/** Before an epoch's end, of a run that forecasts: a stretch of the validation as the weights of now forecast it. A few a second at most; not kept. */
export const forecastEvent = z.strictObject({
  event: z.literal("forecast"),
  epoch: z.number(),
  zone: z.string(),
  calendar: z.boolean(),
  stretch: forecastStretch,
});
export type ForecastEvent = z.infer<typeof forecastEvent>;

export const epochEvent = z.strictObject({
  event: z.literal("epoch"),
  epoch: z.number(),
  train: metricValues,
  validation: metricValues,
  learningRate: z.number(),
  seconds: z.number(),
  /** Whether this is the best so far, of a run that ends with the best one's weights; others end with the last. */
  best: z.boolean(),
  layers: z.record(z.string(), layerDiagnosis),
  /** Seen for the first time in this epoch; each is an event of its own too. */
  warnings: z.array(warningEvent).readonly().optional(),
});
export type EpochEvent = z.infer<typeof epochEvent>;

export const logEvent = z.strictObject({ event: z.literal("log"), level: z.enum(["info", "warning", "error"]), message: z.string() });
export type LogEvent = z.infer<typeof logEvent>;

export const stateEvent = z.strictObject({ event: z.literal("state"), state: z.enum(["running", "paused", "stopping"]) });

export const doneEvent = z.strictObject({
  event: z.literal("done"),
  run: z.string(),
  /** Absent where training was cancelled or export was refused. */
  model: z.string().optional(),
  report: z.string().optional(),
  test: metricValues,
  /** Why it ended: all epochs, early stopping, the user. */
  ended: z.enum(["completed", "early-stopping", "stopped", "cancelled"]),
});
export type DoneEvent = z.infer<typeof doneEvent>;

export const failedEvent = z.strictObject({ event: z.literal("failed"), error: errorRecord });

export const runEvent = z.discriminatedUnion("event", [
  startedEvent,
  stageEvent,
  stepEvent,
  epochEvent,
  forecastEvent,
  warningEvent,
  logEvent,
  stateEvent,
  doneEvent,
  failedEvent,
]);
export type RunEvent = z.infer<typeof runEvent>;
