import { argmax } from "../base/argmax.js";
import { type CalibrationBin, calibrationBins } from "./calibration-bins.js";
import type { CategoryData, MetricDefinition, RawValues } from "./metric.js";

/** torchmetrics' default. */
export const CALIBRATION_ERROR_BINS = 15;

/**
 * Expected calibration error: the mean distance of confidence and accuracy over bins of confidence, weighed by their rows. Of several classes the confidence is
 * the predicted class's probability; of a yes-or-no target it is that of yes, and a row is right where yes is true. torchmetrics' CalibrationError with
 * `norm="l1"`; Guo et al. 2017, https://arxiv.org/abs/1706.04599.
 */
export const calibrationError: MetricDefinition = {
  type: "calibrationError",
  summary: "How far probabilities are from how often they are right: at 0, of rows told with 0.8, 80 % are.",
  better: "lower",
  category: (view) => told(confidenceBins(view, CALIBRATION_ERROR_BINS)),
  binary: ({ rows, probabilities, targets }) =>
    told(
      calibrationBins(
        rows,
        (i) => probabilities[i] ?? Number.NaN,
        (i) => targets[i] === 1,
        CALIBRATION_ERROR_BINS,
      ),
    ),
};

/** Rows by the probability of their predicted class. */
export function confidenceBins({ probabilities, targets, classes: { length: width } }: CategoryData, bins: number): readonly CalibrationBin[] {
  const predicted = Int32Array.from(targets, (_, i) => argmax(probabilities, i * width, width));
  return calibrationBins(
    targets.length,
    (i) => probabilities[i * width + (predicted[i] ?? 0)] ?? Number.NaN,
    (i) => predicted[i] === targets[i],
    bins,
  );
}

function told(bins: readonly CalibrationBin[]): RawValues {
  return { calibrationError: expectedError(bins) };
}

/** undefined where there are no rows. */
export function expectedError(bins: readonly CalibrationBin[]): number | undefined {
  const rows = bins.reduce((sum, bin) => sum + bin.rows, 0);
  const distance = bins.reduce((sum, bin) => sum + bin.rows * Math.abs(bin.accuracy - bin.confidence), 0);
  return rows === 0 ? undefined : distance / rows;
}
