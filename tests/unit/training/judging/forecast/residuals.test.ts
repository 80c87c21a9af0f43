import { expect, test } from "vitest";
import { autocorrelation } from "../../../../../src-main/training/judging/forecast/autocorrelation.js";
import { histogramOf } from "../../../../../src-main/training/judging/forecast/histogram.js";
import { forecastResiduals } from "../../../../../src-main/training/judging/forecast/residuals.js";
import { forecastResiduals as schema } from "../../../../../src-main/contract/forecast-report.js";
import { golden, goldenPanel, oneColumn, reordered } from "../../../../support/forecasts.js";

const rowsFrom = (n: number, first = 1, stride = 1) => Uint32Array.from({ length: n }, (_, i) => first + i * stride);

test("the autocorrelation of one series is statsmodels'", () => {
  const { values, acf } = golden.autocorrelation;
  const found = autocorrelation(Float64Array.from(values), rowsFrom(values.length), () => 0, 40);
  expect(found.values).toHaveLength(41);
  acf.forEach((value, lag) => expect(found.values[lag], `${lag}`).toBeCloseTo(value, 12));
  expect(found.band).toBeCloseTo(1.96 / Math.sqrt(90), 12);
});

test("pairs are of one segment, at their distance in rows; lags that no pair has are null", () => {
  // Rows 1, 3, 5 of one segment and 6, 8 of another; a pair across them would be one step apart.
  const values = Float64Array.of(1, -1, 1, -1, 0);
  const found = autocorrelation(values, Uint32Array.of(1, 3, 5, 6, 8), (row) => (row < 6 ? 0 : 1), 10);
  expect(found.values).toEqual([1, null, (-1 - 1 + 0) / 4, null, 1 / 4]);
  expect(autocorrelation(Float64Array.of(2, 2), Uint32Array.of(1, 2), () => 0, 5).values).toEqual([null, null]);
  expect(autocorrelation(new Float64Array(0), new Uint32Array(0), () => 0, 5)).toEqual({ values: [null], band: null });
});

test("bins are numpy's by Freedman and Diaconis", () => {
  for (const { values, edges, counts } of golden.bins) {
    const found = histogramOf(Float64Array.from(values));
    expect(found.counts).toEqual(counts);
    edges.forEach((edge, i) => expect(found.edges[i]).toBeCloseTo(edge, 10));
  }
});

test("at most 60 bins; one for a single value; by Sturges where the middle half is one value; none for nothing", () => {
  expect(histogramOf(Float64Array.from({ length: 1000 }, (_, i) => (i === 0 ? 1e6 : i % 7))).counts).toHaveLength(60);
  expect(histogramOf(Float64Array.of(3, 3, NaN))).toEqual({ edges: [3, 3], counts: [2] });
  expect(histogramOf(Float64Array.of(0, 0, 0, 0, 0, 0, 0, 8)).counts).toEqual([7, 0, 0, 1]);
  expect(histogramOf(Float64Array.of(NaN))).toEqual({ edges: [], counts: [] });
});

test("residuals of the next and of the last step, by the row that was forecast, in order of time", () => {
  const { series, truth, samples } = goldenPanel();
  const { panel } = golden;
  const found = forecastResiduals(
    series,
    truth,
    reordered(
      samples,
      samples.origins.reduceRight<number[]>((all, _, i) => [...all, i], []),
    ),
    1,
  );
  expect(schema.parse(found)).toEqual(found);
  expect(found.samples).toBe(panel.origins.length);
  expect([found.first.step, found.last.step]).toEqual([1, 3]);
  expect(found.first.times).toEqual([...found.first.times].sort((a, b) => a - b));
  const at = panel.origins.indexOf(found.last.rows[5]! - 3);
  expect(found.last.values[5]).toBeCloseTo(panel.outputs[at * 6 + 5]! - panel.truths[at * 6 + 5]!, 12);
  expect(found.last.times[5]).toBe(panel.time[found.last.rows[5]! - 1]);
  expect(found.first.bias).toBeCloseTo(
    panel.origins.reduce((sum, _, i) => sum + panel.outputs[i * 6 + 1]! - panel.truths[i * 6 + 1]!, 0) / panel.origins.length,
    12,
  );
  expect(found.autocorrelation.values).toHaveLength(37);
});

test("many residuals are thinned to 2,000 points that keep every extreme", () => {
  const values = Array.from({ length: 30_000 }, () => 0);
  const { series, truth, samples } = oneColumn({
    values,
    horizon: 2,
    trained: 1,
    forecast: (origin) => (origin === 12_345 ? 50 : origin === 12_346 ? -70 : origin % 3),
  });
  const { first, last } = forecastResiduals(series, truth, samples);
  expect(first.values.length).toBeLessThanOrEqual(2000);
  expect([Math.max(...first.values), Math.min(...last.values)]).toEqual([50, -70]);
  expect(first.rows[first.values.indexOf(50)]).toBe(12_346);
  expect(first.rows).toEqual([...first.rows].sort((a, b) => a - b));
  expect(first.histogram.counts.reduce((a, b) => a + b, 0)).toBe(samples.origins.length);
});

test("no sample, one sample, and forecasts that are not numbers", () => {
  const { series, truth, samples } = oneColumn({ values: [1, 2, 3, 4], horizon: 1, trained: 3, forecast: () => NaN });
  expect(samples.origins.length).toBe(1);
  expect(forecastResiduals(series, truth, samples).first).toEqual({
    step: 1,
    bias: null,
    deviation: null,
    rows: [],
    times: [],
    values: [],
    histogram: { edges: [], counts: [] },
  });
  const one = forecastResiduals(series, truth, { ...samples, outputs: Float32Array.of(7) });
  expect(one.first).toMatchObject({ bias: 3, deviation: 0, rows: [4], values: [3] });
  expect(one.autocorrelation.values).toEqual([null]);
});
