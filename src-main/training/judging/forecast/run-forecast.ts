import type { ForecastReport } from "../../../contract/forecast-report.js";
import { type PreparedData, type ReadSeries, readPreparedSeries } from "../../../datasets/index.js";
import type { FittedData, FittedTarget } from "../../../features/fitted.js";
import { horizonOf, targetKindOf } from "../../../features/index.js";
import type { KeptPredictions } from "../../runs/kept-predictions.js";
import { type ForecastJudgement, type JudgedForecast, judgeForecast } from "./judge-forecast.js";
import type { ForecastSamples } from "./series.js";

/** How good a run's forecasts are; undefined where it makes none. @param kept what it answered for validation and test, as far as there are samples. */
export function forecastOf(prepared: PreparedData, kept: readonly KeptPredictions[]): ForecastReport | undefined {
  const judgement = judgementOf(prepared, kept);
  return judgement && judgeForecast(judgement);
}

/** What that is judged by. */
export function judgementOf(prepared: PreparedData, kept: readonly KeptPredictions[]): ForecastJudgement | undefined {
  const targets = prepared.fitted.targets.filter((target) => horizonOf(target) > 0);
  if (targets.length === 0 || kept.length === 0) return undefined;
  const series = readPreparedSeries(prepared);
  const judged = targets.map((target): JudgedForecast => {
    const samplesOf = (split: KeptPredictions["split"]): ForecastSamples | undefined => {
      const part = kept.find((predictions) => predictions.split === split);
      const own = part?.targets.find(({ name }) => name === target.name);
      return part && own ? { origins: part.rows, outputs: own.outputs, truths: Float32Array.from(own.truths) } : undefined;
    };
    const [validation, test] = [samplesOf("validation"), samplesOf("test")];
    return {
      name: target.name,
      columns: targetKindOf(target).columnsOf(target),
      values: targetKindOf(target).restored(series.values(target.name), target),
      horizon: horizonOf(target),
      ...(validation ? { validation } : {}),
      ...(test ? { test } : {}),
    };
  });
  return { series, targets: judged };
}

/**
 * The same of answers for another table. What is divided by figures of the training span (MASE, the standardised error) does not exist: it is not there.
 */
export function forecastOfTable(
  fitted: FittedData,
  series: ReadSeries,
  answers: readonly { readonly fitted: FittedTarget; forecast(): ForecastSamples }[],
): ForecastReport | undefined {
  const targets = answers.filter((answer) => horizonOf(answer.fitted) > 0);
  if (targets.length === 0) return undefined;
  const { segment, time } = series;
  const judged = targets.map((answer): JudgedForecast => {
    const columns = targetKindOf(answer.fitted).columnsOf(answer.fitted);
    return { name: answer.fitted.name, columns, values: series.values(columns), horizon: horizonOf(answer.fitted), test: answer.forecast() };
  });
  const report = judgeForecast({
    series: { segment, time, training: new Uint8Array(segment.length), season: fitted.series?.decision.season ?? 1 },
    targets: judged,
  });
  for (const { test } of Object.values(report.targets)) {
    if (!test) continue;
    const { mase: _mase, "mse.standardised": _standardised, ...values } = test.values;
    test.values = values;
    test.notes = test.notes.filter(({ code }) => code !== "forecast.constant");
  }
  return report;
}

/** What a person should know before they trust a forecast: whether it beats those that need no model. */
export function tellJudgement({ targets }: ForecastReport): readonly { readonly level: "info" | "warning"; readonly message: string }[] {
  return Object.values(targets).flatMap(({ validation, test, intervals }) => {
    const score = test ?? validation;
    const verdicts = (score?.verdicts ?? []).map(({ result, message }) => ({ level: result === "better" ? ("info" as const) : ("warning" as const), message }));
    return [...verdicts, ...[...(score?.notes ?? []), ...(intervals?.notes ?? [])].map(({ message }) => ({ level: "warning" as const, message }))];
  });
}
