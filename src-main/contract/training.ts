import { z } from "zod";
import { losses } from "../losses/index.js";
import { optimizers } from "../optimizers/index.js";
import { schedules } from "../optimizers/schedules/index.js";
import { thresholdsSchema } from "./thresholds.js";
import { type Tagged, defineTagged } from "../base/tagged.js";
import { groupsSchema } from "./groups.js";

/** A target's loss: its own options stand beside `type` and `weight`. */
export interface LossSpec extends Tagged {
  readonly weight: number;
}

export const lossSchema = defineTagged<LossSpec, Omit<LossSpec, "weight"> & { readonly type: string; readonly weight?: number }>(losses.all, {
  weight: z.number().positive().default(1).describe("Its share in the sum of all targets' losses"),
});

export const optimizerSchema = defineTagged<Tagged>(optimizers.all);
export const scheduleSchema = defineTagged<Tagged>(schedules.all);

export const earlyStoppingSchema = z.strictObject({
  monitor: z.string().min(1).default("validation.loss").describe("train or validation, a dot, a metric: validation.label.accuracy"),
  patience: z.int().min(0).describe("Epochs without an improvement before training ends"),
  minDelta: z.number().min(0).default(0).describe("A smaller change is no improvement"),
});

export const trainingSchema = z.strictObject({
  epochs: z.int().min(1),
  batchSize: z.int().min(1).default(32),
  shuffle: z.boolean().default(true),
  dropLast: z.boolean().optional().describe("Drop an epoch's last, smaller batch"),
  optimizer: optimizerSchema.prefault({ type: "Adam" }),
  losses: z.record(z.string(), lossSchema).default({}).describe("By target; omitted: BCEWithLogitsLoss, CrossEntropyLoss or MSELoss, by the kind of target"),
  combine: z
    .enum(["sum", "average", "normalized", "uncertainty"])
    .default("sum")
    .describe(
      "How losses of several targets become one. sum: each times its weight; average: that over the sum of the weights; normalized: a target's loss in a " +
        "step is divided by the largest of any step so far, then weighted; what is told of an epoch, by the largest of the first epoch's steps; " +
        "uncertainty: each by a factor that is learned with the network",
    ),
  groups: groupsSchema.optional().describe("Layers that are frozen, or learn at a rate or with a weight decay of their own"),
  keepFeatures: z
    .boolean()
    .optional()
    .describe(
      "Whether what a frozen beginning of the network makes of each sample is computed once and kept, instead of in every epoch. Omitted: yes. " +
        "Of training samples as many draws of their augmentation are kept as `featureDraws` says",
    ),
  featureDraws: z
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe(
      "Where a frozen beginning is computed once: how many draws of each training sample's augmentation are kept, which epochs take in turn. 1: samples are " +
        "read as they are. Omitted: 1 where it gives vectors, 4 where it gives maps",
    ),
  clipGradNorm: z.number().positive().optional().describe("The largest L2 norm of all gradients together"),
  clipGradValue: z.number().positive().optional().describe("The largest size of any one gradient"),
  schedule: scheduleSchema.optional(),
  earlyStopping: earlyStoppingSchema.optional(),
  restoreBest: z.boolean().default(true).describe("End with the weights of the best epoch"),
  checkpointSeconds: z.number().min(0).default(10).describe("How much work a crash may cost, at most"),
  threshold: z.number().gt(0).lt(1).optional().describe("The probability above which a binary target counts as 1; omitted, 0.5"),
  thresholds: thresholdsSchema
    .optional()
    .describe('By target, in place of threshold: a probability, one for each label, or "tune": where F1 is best on the validation rows, label by label'),
  engine: z.enum(["auto", "onnxruntime", "tensorflow"]).default("auto"),
  device: z.string().min(1).default("auto"),
  threads: z.union([z.literal("auto"), z.int().min(1)]).default("auto"),
});

export type OptimizerSpec = z.infer<typeof optimizerSchema>;
export type ScheduleSpec = z.infer<typeof scheduleSchema>;
export type EarlyStoppingSpec = z.infer<typeof earlyStoppingSchema>;
export type TrainingConfig = z.infer<typeof trainingSchema>;
