import { z } from "zod";
import { own } from "../base/own.js";
import type { Threshold } from "../features/kind.js";

/** The probability above which something is said to be so, unless somebody says otherwise. */
export const USUAL_THRESHOLD = 0.5;

/** Chosen after the last epoch, where F1 is best on the validation rows. */
export const TUNE = "tune";

const probability = z.number().gt(0).lt(1);

/** By target: one for all of it, one by label, or found on the validation rows. */
export const thresholdsSchema = z.record(z.string(), z.union([z.literal(TUNE), probability, z.record(z.string(), probability)]));

/** What is chosen after training, for a target; of one with several labels for the label that is named, or for all. */
export const thresholdChoice = { target: z.string(), label: z.string().optional(), threshold: probability };

/** As models and reports keep them. */
export const keptThresholds = z.record(z.string(), z.union([z.number(), z.record(z.string(), z.number())]));

interface Settings {
  readonly threshold?: number | undefined;
  readonly thresholds?: z.infer<typeof thresholdsSchema> | undefined;
}

/** What a target is decided by; of one that is tuned, until it is. Labels that are not named have `usualThreshold`. */
export function thresholdOf(settings: Settings, target: string): Threshold {
  const given = own(settings.thresholds ?? {}, target);
  return given === undefined || given === TUNE ? usualThreshold(settings) : given;
}

export function usualThreshold({ threshold = USUAL_THRESHOLD }: Settings): number {
  return threshold;
}

export function isTuned({ thresholds = {} }: Settings, target: string): boolean {
  return own(thresholds, target) === TUNE;
}
