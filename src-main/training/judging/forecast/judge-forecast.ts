import type { ForecastNote, ForecastReport, ForecastScore, ForecastTargetReport } from "../../../contract/forecast-report.js";
import type { MetricValues } from "../../../metrics/metric.js";
import { baselineFigures, forecastErrors, modelFigures } from "./forecast-metrics.js";
import { conformalIntervals, leastSamples, measureInterval } from "./intervals.js";
import { type ForecastSamples, type ForecastSeries, type ForecastTruth, checkSamples, checkTruth } from "./series.js";
import { type TrainingScales, trainingScales } from "./training-scales.js";
import { judgeAgainst } from "./verdict.js";

/** A target's truth and what a model forecast of it; a part that has no samples is omitted. */
export interface JudgedForecast extends ForecastTruth {
  readonly name: string;
  readonly validation?: ForecastSamples;
  readonly test?: ForecastSamples;
}

export interface ForecastJudgement {
  readonly series: ForecastSeries;
  readonly targets: readonly JudgedForecast[];
  /** Of prediction intervals. */
  readonly levels?: readonly number[];
}

const LEVELS = [0.8, 0.95];

/**
 * How good forecasts are, beside those that need no model. Whatever the order of the samples, and the batches they were made in.
 * @throws LatheError `internal` where lengths do not go together, or a sample's future is not in its segment.
 */
export function judgeForecast({ series, targets, levels = LEVELS }: ForecastJudgement): ForecastReport {
  return { season: series.season, targets: Object.fromEntries(targets.map((target) => [target.name, judgeTarget(series, target, levels)])) };
}

/** A part's figures as a report names them: `<target>.mse`, `<target>.mse.standardised`, `<target>.skill.naive`, … */
export function namedForecastMetrics(report: ForecastReport, part: "validation" | "test"): MetricValues {
  return Object.fromEntries(
    Object.entries(report.targets).flatMap(([name, target]) =>
      Object.entries(target[part]?.values ?? {}).map(([metric, value]): [string, number | null] => [`${name}.${metric}`, value]),
    ),
  );
}

function judgeTarget(series: ForecastSeries, target: JudgedForecast, levels: readonly number[]): ForecastTargetReport {
  const { name, columns, horizon, validation, test } = target;
  checkTruth(series, target);
  for (const part of [validation, test]) if (part) checkSamples(series, target, part);
  const scales = trainingScales(series, target);
  return {
    horizon,
    columns: [...columns],
    scale: scales.seasonal.map((value) => value ?? null),
    deviation: scales.deviation.map((value) => value ?? null),
    ...(validation ? { validation: scoreOf(name, series, target, validation, scales) } : {}),
    ...(test ? { test: scoreOf(name, series, target, test, scales) } : {}),
    ...(validation ? { intervals: intervalsOf(target, validation, test, levels) } : {}),
  };
}

function intervalsOf(
  { name, columns, horizon }: JudgedForecast,
  validation: ForecastSamples,
  test: ForecastSamples | undefined,
  levels: readonly number[],
): NonNullable<ForecastTargetReport["intervals"]> {
  const samples = validation.origins.length;
  const found = conformalIntervals(validation, horizon, columns.length, levels);
  const few = levels.filter((level) => samples < leastSamples(level));
  return {
    samples,
    levels: found.map((interval) => (test ? { ...interval, test: measureInterval(interval, test) } : interval)),
    notes: few.map((level) => ({
      code: "forecast.unbounded",
      message:
        `${samples} validation samples are too few to say where ${Number((100 * level).toPrecision(6))} % of ${name} will lie: it takes ` +
        `${leastSamples(level)}; that interval has no bounds. Give the validation part a longer span`,
    })),
  };
}

function scoreOf(name: string, series: ForecastSeries, truth: ForecastTruth, samples: ForecastSamples, scales: TrainingScales): ForecastScore {
  const errors = forecastErrors(series, truth, samples);
  const verdict = (against: "naive" | "seasonal") => judgeAgainst(against, name, series, truth, samples.origins, errors[against]);
  const notes: ForecastNote[] = [];
  const total = errors.model.samples;
  if (errors.model.notFinite > 0)
    notes.push({
      code: "forecast.not-finite",
      message: `${errors.model.notFinite} of ${total} forecasts of ${name} are not finite numbers and cannot be measured; try a smaller learning rate`,
    });
  const constant = truth.columns.filter((_, k) => scales.seasonal[k] === undefined);
  if (constant.length > 0)
    notes.push({
      code: "forecast.constant",
      message:
        `${constant.join(", ")} does not change from one ${series.season > 1 ? `season of ${series.season} steps` : "step"} to the next in the ` +
        `training span, or that is too short to tell; so there is no MASE of ${name}`,
    });
  if (errors.seasonal.leftOut > 0)
    notes.push({
      code: "forecast.no-seasonal",
      message:
        `${errors.seasonal.leftOut} of ${total} samples of ${name} lie less than a season of ${series.season} steps after the start of their series, or ` +
        `after a gap; they are left out of the comparison with the last season, on both sides`,
    });
  return {
    samples: total,
    ...modelFigures(errors, truth, scales),
    naive: baselineFigures(errors.naive, truth, scales),
    seasonal: baselineFigures(errors.seasonal, truth, scales),
    verdicts: [verdict("naive"), ...(series.season > 1 ? [verdict("seasonal")] : [])],
    notes,
  };
}
