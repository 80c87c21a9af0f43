import { expect, test } from "vitest";
import { Random } from "../../../../../src-main/base/random.js";
import { conformalIntervals, leastSamples, measureInterval } from "../../../../../src-main/training/judging/forecast/intervals.js";
import { judgeForecast } from "../../../../../src-main/training/judging/forecast/judge-forecast.js";
import type { ForecastSamples } from "../../../../../src-main/training/judging/forecast/series.js";
import { golden, oneColumn } from "../../../../support/forecasts.js";

/** Forecasts of 0, so that truths are residuals. */
function samplesOf(residuals: readonly number[], cells = 1, outputs = residuals.map(() => 0)): ForecastSamples {
  return {
    origins: Uint32Array.from({ length: residuals.length / cells }, (_, i) => i + 1),
    outputs: Float32Array.from(outputs),
    truths: Float32Array.from(residuals),
  };
}

test("bounds are numpy's order statistics with the finite-sample correction, and none where there are too few", () => {
  const { residuals, levels } = golden.conformal;
  const found = conformalIntervals(
    samplesOf(residuals),
    1,
    1,
    levels.map(({ level }) => level),
  );
  expect(found.map(({ lower, upper }) => [lower[0]![0], upper[0]![0]])).toEqual(levels.map(({ lower, upper }) => [lower, upper]));
  expect(levels.at(-1)!.upper).toBeNull();
});

test("a level has bounds from the number of samples on that is told", () => {
  for (const level of [0.5, 0.8, 0.9, 0.95, 0.99]) {
    const least = leastSamples(level);
    const bounds = (n: number) => conformalIntervals(samplesOf(Array.from({ length: n }, (_, i) => i)), 1, 1, [level])[0]!;
    expect(bounds(least), `${level}`).toMatchObject({ lower: [[0]], upper: [[least - 1]] });
    expect(bounds(least - 1), `${level}`).toMatchObject({ lower: [[null]], upper: [[null]] });
  }
});

test("each step and column has bounds of its own, lower and upper unlike where residuals lean", () => {
  const n = 99;
  const [found] = conformalIntervals(samplesOf(Array.from({ length: n }, (_, i) => [i, -i, 10 * i, i * i]).flat(), 4), 2, 2, [0.9]);
  expect(found).toEqual({
    level: 0.9,
    lower: [
      [4, -94],
      [40, 16],
    ],
    upper: [
      [94, -4],
      [940, 94 * 94],
    ],
  });
});

test("coverage and width are measured on other samples; independent ones are covered about as promised", () => {
  const random = new Random(2, "coverage");
  const draw = (n: number) =>
    samplesOf(
      Array.from({ length: 2 * n }, () => random.normal()),
      2,
    );
  const [interval] = conformalIntervals(draw(400), 2, 1, [0.8]);
  const measured = measureInterval(interval!, draw(2000));
  expect(measured.coverage).toBeGreaterThan(0.75);
  expect(measured.coverage).toBeLessThan(0.85);
  expect(measured.cells).toHaveLength(2);
  expect(measured.coverage).toBeCloseTo((measured.cells[0]![0]! + measured.cells[1]![0]!) / 2, 12);
  expect(measured.width).toBeCloseTo((interval!.upper[0]![0]! - interval!.lower[0]![0]! + interval!.upper[1]![0]! - interval!.lower[1]![0]!) / 2, 12);
});

test("a forecast that is no number is covered by nothing, and counts as wrong on either side", () => {
  const residuals = Array.from({ length: 39 }, (_, i) => i);
  const outputs = residuals.map((i) => (i === 38 ? NaN : 0));
  const [interval] = conformalIntervals(samplesOf(residuals, 1, outputs), 1, 1, [0.9]);
  // Of 39 the second from either side, one of which is not a number.
  expect(interval).toMatchObject({ lower: [[0]], upper: [[37]] });
  expect(measureInterval({ level: 0.9, lower: [[null]], upper: [[null]] }, samplesOf([1, 2], 1, [NaN, 0]))).toEqual({
    coverage: 0.5,
    width: null,
    cells: [[0.5]],
  });
});

test("a report has intervals of the validation part, measured on the test, and says where they have no bounds", () => {
  const values = Array.from({ length: 60 }, (_, t) => (t * 7) % 11);
  const { series, truth, samples } = oneColumn({ values, horizon: 1, trained: 40, forecast: () => 5 });
  const { intervals } = judgeForecast({ series, targets: [{ name: "y", ...truth, validation: samples, test: samples }] }).targets["y"]!;
  expect(intervals!.samples).toBe(20);
  expect(intervals!.levels.map(({ level, test: measured }) => [level, measured!.width === null])).toEqual([
    [0.8, false],
    [0.95, true],
  ]);
  expect(intervals!.notes).toEqual([
    {
      code: "forecast.unbounded",
      message:
        "20 validation samples are too few to say where 95 % of y will lie: it takes 39; that interval has no bounds. Give the validation part a longer span",
    },
  ]);
});
