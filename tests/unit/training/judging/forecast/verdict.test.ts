import { expect, test } from "vitest";
import { Random } from "../../../../../src-main/base/random.js";
import type { Comparison } from "../../../../../src-main/training/judging/forecast/forecast-metrics.js";
import { ErrorSums, SquaredErrors } from "../../../../../src-main/training/judging/forecast/error-sums.js";
import { judgeForecast } from "../../../../../src-main/training/judging/forecast/judge-forecast.js";
import type { ForecastSeries } from "../../../../../src-main/training/judging/forecast/series.js";
import { studentQuantile, studentTail } from "../../../../../src-main/training/judging/forecast/student-t.js";
import { meanGain } from "../../../../../src-main/training/judging/forecast/verdict.js";
import { golden, oneColumn } from "../../../../support/forecasts.js";

function seriesOf(rows: number, ids = 1): ForecastSeries {
  const each = rows / ids;
  return {
    segment: Int32Array.from({ length: rows }, (_, row) => Math.floor(row / each)),
    time: Float64Array.from({ length: rows }, (_, row) => row % each),
    training: new Uint8Array(rows),
    season: 1,
  };
}

function compared(gains: Float64Array): Comparison {
  return { baseline: new ErrorSums(1), model: new SquaredErrors(1), leftOut: 0, places: Uint32Array.from(gains, (_, i) => i), gains };
}

const originsOf = (gains: Float64Array, stride = 1) => Uint32Array.from(gains, (_, i) => 1 + i * stride);

test("the error of a mean gain is that of scipy's cosine transform, its probability scipy's", () => {
  const { gains, horizon, error, freedom, probability } = golden.meanGain;
  const made = Float64Array.from(gains);
  const found = meanGain(seriesOf(made.length), horizon, originsOf(made), compared(made));
  expect(found.error).toBeCloseTo(error, 12);
  expect(found.freedom).toBeCloseTo(freedom, 12);
  expect(found.probability).toBeCloseTo(probability, 10);
});

test("Student's t is scipy's, with any number of degrees of freedom", () => {
  for (const { t, freedom, tail, quantile } of golden.student) {
    expect(studentTail(t, freedom), `${t}, ${freedom}`).toBeCloseTo(tail, 11);
    expect(studentQuantile(0.05, freedom) / quantile, `${freedom}`).toBeCloseTo(1, 8);
  }
});

test("gains of overlapping windows that are 0 on average are called better or worse about as rarely as they claim", () => {
  const [rows, horizon, trials] = [200, 10, 400];
  const random = new Random(7, "null");
  let called = 0;
  for (let trial = 0; trial < trials; trial++) {
    const shocks = Float64Array.from({ length: rows + horizon }, () => random.normal());
    const gains = Float64Array.from({ length: rows }, (_, t) => shocks.subarray(t, t + horizon).reduce((a, b) => a + b, 0));
    if ((meanGain(seriesOf(rows), horizon, originsOf(gains), compared(gains)).probability ?? 1) < 0.05) called++;
  }
  expect(called / trials).toBeLessThan(0.08);
});

test("series that move together count as one: ten copies are no surer than the one", () => {
  const random = new Random(3, "copies");
  const gains = Float64Array.from({ length: 60 }, () => random.normal() + 0.2);
  const ten = Float64Array.from({ length: 600 }, (_, i) => gains[i % 60]!);
  const one = meanGain(seriesOf(60), 2, originsOf(gains), compared(gains));
  const copies = meanGain(seriesOf(600, 10), 2, originsOf(ten), compared(ten));
  expect(copies.probability).toBeCloseTo(one.probability!, 10);
  expect(copies.error).toBeCloseTo(one.error!, 10);
});

test("windows that do not overlap are not taken for ones that do", () => {
  const random = new Random(3, "stride");
  const gains = Float64Array.from({ length: 40 }, () => random.normal() + 0.5);
  const apart = meanGain(seriesOf(40 * 24), 24, originsOf(gains, 24), compared(gains));
  const overlapping = meanGain(seriesOf(40), 24, originsOf(gains), compared(gains));
  expect(apart.freedom).toBe(4);
  expect(overlapping.freedom).toBe(1);
});

test("better, unclear and worse are told in plain words with the skill's range", () => {
  const random = new Random(5, "noise");
  const values = Array.from({ length: 200 }, () => 10 + random.normal());
  const verdictOf = (forecast: (truth: number) => number) => {
    const { series, truth, samples } = oneColumn({ values, horizon: 3, trained: 100, forecast: (_, __, t) => forecast(t) });
    return judgeForecast({ series, targets: [{ name: "rides", ...truth, test: samples }] }).targets["rides"]!.test!.verdicts[0]!;
  };
  const better = verdictOf(() => 10);
  expect(better).toMatchObject({ result: "better", against: "naive" });
  expect(better.low).toBeGreaterThan(0);
  expect(better.message).toMatch(/^the forecast of rides is better than repeating the last value: its mean squared error is \d+ % lower \(skill/);
  // Repeating white noise of variance 1 has an error of 2.
  const unclear = verdictOf((t) => t + 1.36 * random.normal());
  expect(unclear.result).toBe("unclear");
  expect([unclear.low! < 0, unclear.skill! > 0, unclear.high! > 0]).toEqual([true, true, true]);
  expect(unclear.message).toMatch(
    /^the forecast of rides may be no better than repeating the last value: .* but that can be chance \(skill 0\.\d\d, .*longer span$/,
  );
  const worse = verdictOf((t) => t + 4);
  expect(worse).toMatchObject({ result: "worse" });
  expect(worse.high).toBeLessThan(0);
  expect(worse.message).toMatch(/is no better than repeating the last value: its mean squared error is \d+(\.\d+)? times as large .*linear model$/);
});
