import fc from "fast-check";
import { expect, test } from "vitest";
import { naiveForecast, seasonalForecast } from "../../../../../src-main/training/judging/forecast/baselines.js";

test("both baselines are their formulas, row by row", () => {
  const shape = fc.record({
    lengths: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 3 }),
    columns: fc.integer({ min: 1, max: 3 }),
    horizon: fc.integer({ min: 1, max: 9 }),
    season: fc.integer({ min: 1, max: 14 }),
  });
  fc.assert(
    fc.property(shape, ({ lengths, columns, horizon, season }) => {
      const segment = Int32Array.from(lengths.flatMap((length, s) => Array.from({ length }, () => s)));
      const values = Float64Array.from({ length: segment.length * columns }, (_, i) => i * i);
      const series = { values, columns, segment };
      for (let t = 0; t < segment.length; t++) {
        const forecast = new Float64Array(horizon * columns);
        const at = (row: number) => Array.from(values.subarray(row * columns, (row + 1) * columns));
        const steps = Array.from({ length: horizon }, (_, h) => h + 1);
        expect(naiveForecast(series, t, forecast)).toBe(true);
        expect(Array.from(forecast)).toEqual(steps.flatMap(() => at(t)));
        const sources = steps.map((h) => t + h - season * Math.ceil(h / season));
        const reaches = t + 1 - season >= 0 && segment[t + 1 - season] === segment[t];
        expect(seasonalForecast(series, t, season, forecast)).toBe(reaches);
        if (reaches) expect(Array.from(forecast)).toEqual(sources.flatMap(at));
      }
    }),
    { numRuns: 60 },
  );
});

test("a missing value makes no forecast", () => {
  const series = { values: Float64Array.of(1, NaN, 3), columns: 1, segment: Int32Array.of(0, 0, 0) };
  expect(naiveForecast(series, 1, new Float64Array(2))).toBe(false);
  expect(seasonalForecast(series, 2, 2, new Float64Array(2))).toBe(false);
  expect(seasonalForecast(series, 2, 1, new Float64Array(2))).toBe(true);
});
