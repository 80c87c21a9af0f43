import { LatheError } from "../../base/errors.js";
import { finiteOrNull } from "../../base/finite.js";
import type { CalibrationResult, CurvesResult, ResidualsResult } from "../../contract/evaluation-views.js";
import { calibrationBins } from "../../metrics/calibration-bins.js";
import { CALIBRATION_ERROR_BINS, confidenceBins, expectedError } from "../../metrics/calibration-error.js";
import { equalBins } from "../../metrics/equal-bins.js";
import { curves, metrics } from "../../metrics/index.js";
import type { Curve } from "../../metrics/metric.js";
import { rankClass } from "../../metrics/ranking.js";
import type { SingleTarget } from "./one-label.js";
import { classIndex, columnIndex } from "./judged-rows.js";

/** What is drawn of a curve at most, of residuals, and in how many bins. */
const MOST_POINTS = 1000;
const MOST_RESIDUALS = 2000;
const BINS = 30;
const CALIBRATION_BINS = 10;

/**
 * A class of a target against the rest, over all thresholds.
 * @param named the class; of a binary target the second one where it is omitted.
 * @throws LatheError `usage` for numbers, for a category without a class, for a class that is not there.
 */
export function curvesOf(kept: SingleTarget, named: string | undefined): CurvesResult {
  const target = withTruths(kept);
  if (target.kind === "numeric") throw new LatheError("usage", `target ${target.name} is a number: it has residuals, not curves`, { target: target.name });
  if (target.kind === "category" && named === undefined)
    throw new LatheError("usage", `target ${target.name} has ${target.classes.length} classes: say which one is meant against the rest`, {
      target: target.name,
    });
  const positive = classIndex(target, named) ?? 1;
  const scores = scoresOf(target, positive);
  const ranking = rankClass(scores, target.truths, positive);
  const [roc, precisionRecall] = ["roc", "precisionRecall"].map((type) => curves.get(type).points(ranking));
  const value = (type: string): number | null => finiteOrNull(metrics.get(type).ranked?.(ranking));
  return {
    positives: ranking.positives,
    negatives: ranking.negatives,
    auroc: value("auroc"),
    averagePrecision: value("averagePrecision"),
    ...(roc ? { roc: thinned(roc) } : {}),
    ...(precisionRecall ? { precisionRecall: thinned(precisionRecall) } : {}),
    calibration: calibrationOf(scores, target.truths, positive),
  };
}

/** The rows that have a class to be judged by; rows may lack one of several targets. */
function withTruths(target: SingleTarget): SingleTarget {
  if (target.kind === "numeric" || target.truths.every((truth) => truth >= 0)) return target;
  const { truths, outputs, width } = target;
  return { ...target, truths: truths.filter((truth) => truth >= 0), outputs: outputs.filter((_, i) => (truths[Math.floor(i / width)] ?? -1) >= 0) };
}

/** The probability of one class by row. */
function scoresOf({ kind, outputs, truths, width }: SingleTarget, positive: number): Float32Array {
  if (kind === "binary") return positive === 1 ? outputs : outputs.map((p) => 1 - p);
  return Float32Array.from(truths, (_, i) => outputs[i * width + positive] ?? 0);
}

/**
 * At most a thousand points of a curve, its ends among them: half evenly along its length, which keeps its shape, half evenly over the thresholds, so that
 * there is a point near any threshold somebody asks for.
 */
function thinned({ x, y, thresholds }: Curve): NonNullable<CurvesResult["roc"]> {
  const n = x.length;
  let places: readonly number[] = Array.from({ length: n }, (_, i) => i);
  if (n > MOST_POINTS) {
    const length = new Float64Array(n);
    const passed = new Float64Array(n);
    for (let i = 1; i < n; i++) {
      length[i] = (length[i - 1] ?? 0) + Math.abs((x[i] ?? 0) - (x[i - 1] ?? 0)) + Math.abs((y[i] ?? 0) - (y[i - 1] ?? 0));
      passed[i] = (passed[i - 1] ?? 0) + Math.abs((thresholds[i] ?? 1) - (thresholds[i - 1] ?? 1));
    }
    const half = MOST_POINTS / 2;
    places = [...new Set([...evenly(length, half), ...evenly(passed, half)])].sort((a, b) => a - b);
  }
  return { x: places.map((i) => x[i] ?? 0), y: places.map((i) => y[i] ?? 0), thresholds: places.map((i) => thresholds[i] ?? 1) };
}

/** Places in a list of rising numbers, first and last among them, evenly spaced by those numbers. */
function evenly(rising: Float64Array, count: number): readonly number[] {
  const last = rising.length - 1;
  const whole = rising[last] ?? 0;
  const places = [0];
  for (let k = 1, i = 0; k < count - 1; k++) {
    while (i < last && (rising[i] ?? 0) < (whole * k) / (count - 1)) i++;
    places.push(i);
  }
  return [...places, last];
}

function calibrationOf(scores: Float32Array, truths: ArrayLike<number>, positive: number): CurvesResult["calibration"] {
  const bins = calibrationBins(
    scores.length,
    (i) => scores[i] ?? Number.NaN,
    (i) => truths[i] === positive,
    CALIBRATION_BINS,
  );
  return bins.filter(({ rows }) => rows > 0).map(({ rows, confidence, accuracy }) => ({ predicted: confidence, observed: accuracy, rows }));
}

/** How sure a target's predictions are, and how often they are right. @throws LatheError `usage` for numbers */
export function confidenceCalibration(target: SingleTarget): CalibrationResult {
  if (target.kind === "numeric")
    throw new LatheError("usage", `target ${target.name} is a number: it has no probabilities that could be calibrated`, { target: target.name });
  const { outputs, truths } = withTruths(target);
  // Of yes or no the confidence is that of yes, as torchmetrics has it.
  const bins =
    target.kind === "binary"
      ? calibrationBins(
          truths.length,
          (i) => outputs[i] ?? Number.NaN,
          (i) => truths[i] === 1,
          CALIBRATION_ERROR_BINS,
        )
      : confidenceBins({ probabilities: outputs, targets: Int32Array.from(truths), classes: target.classes }, CALIBRATION_ERROR_BINS);
  return { error: expectedError(bins) ?? null, bins: bins.filter(({ rows }) => rows > 0).map((bin) => ({ ...bin })) };
}

/** How far predictions of numbers are off. @throws LatheError `usage` for classes, and for a column that is not there. */
export function residualsOf(rows: Uint32Array, target: SingleTarget, column: string | undefined): ResidualsResult {
  if (target.kind !== "numeric") throw new LatheError("usage", `target ${target.name} has classes: it has curves, not residuals`, { target: target.name });
  const k = columnIndex(target, column);
  const places = Uint32Array.from(rows.keys()).filter((place) => !Number.isNaN(target.truths[place * target.width + k]));
  const n = places.length;
  const actual = (i: number) => target.truths[(places[i] ?? 0) * target.width + k] ?? 0;
  const predicted = (i: number) => target.outputs[(places[i] ?? 0) * target.width + k] ?? 0;
  const residuals = Float64Array.from({ length: n }, (_, i) => predicted(i) - actual(i));
  let [min, max] = [Infinity, -Infinity];
  for (const residual of residuals) {
    if (residual < min) min = residual;
    if (residual > max) max = residual;
  }
  const shown = Math.min(n, MOST_RESIDUALS);
  const points = Array.from({ length: shown }, (_, p) => {
    const i = Math.floor((p * n) / shown);
    return { row: rows[places[i] ?? 0] ?? 0, actual: actual(i), predicted: predicted(i) };
  });
  return { points, histogram: equalBins(residuals, { min, max, bins: BINS }) };
}
