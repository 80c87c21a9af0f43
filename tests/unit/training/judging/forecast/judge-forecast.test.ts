import { describe, expect, test } from "vitest";
import { Random } from "../../../../../src-main/base/random.js";
import { forecastReport } from "../../../../../src-main/contract/forecast-report.js";
import { evaluateNumeric } from "../../../../../src-main/metrics/index.js";
import { judgeForecast, namedForecastMetrics } from "../../../../../src-main/training/judging/forecast/judge-forecast.js";
import { golden, goldenPanel, oneColumn, reordered } from "../../../../support/forecasts.js";

function expectValues(ours: Readonly<Record<string, number | null>>, theirs: Readonly<Record<string, number>>): void {
  expect(new Set(Object.keys(ours))).toEqual(new Set(Object.keys(theirs)));
  for (const [name, value] of Object.entries(theirs)) expect(Math.abs((ours[name] ?? NaN) - value), name).toBeLessThanOrEqual(1e-9 * (1 + Math.abs(value)));
}

function judged({ series, truth, samples }: ReturnType<typeof oneColumn>) {
  const report = judgeForecast({ series, targets: [{ name: "y", ...truth, test: samples }] });
  // JSON and back: nothing is lost in a file.
  expect(forecastReport.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
  return report.targets["y"]!.test!;
}

describe("a panel of two series and two columns", () => {
  const { series, truth, samples } = goldenPanel();
  const { panel } = golden;
  const report = judgeForecast({ series, targets: [{ name: "y", ...truth, test: samples, validation: samples }] });
  const { test: score, scale, deviation } = report.targets["y"]!;

  test("every figure is that of torchmetrics and of loops over the rows: over all, by step, by column", () => {
    expectValues(score!.values, panel.model);
    panel.steps.forEach((step, h) => expectValues(score!.steps[h]!, step));
    panel.byColumn.forEach((column, k) => expectValues(score!.columns![panel.columns[k]!]!.values, column));
    expectValues(score!.naive.values, panel.naive);
    expectValues(score!.seasonal.values, panel.seasonal);
    panel.scale.forEach((value, k) => expect(scale[k]).toBeCloseTo(value, 12));
    panel.deviation.forEach((value, k) => expect(deviation[k]).toBeCloseTo(value, 12));
  });

  test("samples without a season before them are left out of that comparison, and told", () => {
    expect(score!.seasonal).toMatchObject({ samples: panel.withSeasonal, leftOut: panel.origins.length - panel.withSeasonal });
    expect(score!.naive.leftOut).toBe(0);
    expect(score!.notes).toEqual([expect.objectContaining({ code: "forecast.no-seasonal", message: expect.stringContaining("3 of ") as string })]);
  });

  test("the order of the samples changes nothing", () => {
    const order = panel.origins.map((_, i) => i);
    const random = new Random(1, "order");
    order.forEach((_, i) => {
      const j = i + random.below(order.length - i);
      [order[i], order[j]] = [order[j]!, order[i]!];
    });
    const other = judgeForecast({ series, targets: [{ name: "y", ...truth, test: reordered(samples, order), validation: samples }] }).targets["y"]!;
    const close = (a: unknown, b: unknown, at: string): void => {
      if (typeof a === "number" && typeof b === "number") expect(Math.abs(a - b), at).toBeLessThan(1e-9 * (1 + Math.abs(a)));
      else if (a !== null && typeof a === "object")
        for (const [key, value] of Object.entries(a)) close(value, (b as Record<string, unknown>)[key], `${at}.${key}`);
      else expect(b, at).toEqual(a);
    };
    close(score, other.test, "test");
    expect(other.intervals?.samples).toBe(panel.origins.length);
  });

  test("what tables measure too is the same number", () => {
    const columns = Array.from({ length: truth.horizon * 2 }, (_, i) => `${i}`);
    const { values } = evaluateNumeric({ predictions: samples.outputs, targets: samples.truths, columns, forecast: true });
    for (const metric of ["mse", "mae", "mape", "smape"]) expect(score!.values[metric], metric).toBe(values[metric]);
  });

  test("a report names them by target", () => {
    const named = namedForecastMetrics(report, "test");
    expect(named["y.skill.seasonal"]).toBe(score!.values["skill.seasonal"]);
    expect(named["y.mse.standardised"]).toBe(score!.values["mse.standardised"]);
    expect(Object.keys(named)).toHaveLength(Object.keys(panel.model).length);
  });
});

const wave = Array.from({ length: 80 }, (_, t) => Math.fround(10 + 3 * Math.sin((2 * Math.PI * (t % 8)) / 8)));

test("a forecast that repeats the last value has no skill against it, and is told so", () => {
  const score = judged(oneColumn({ values: wave, horizon: 4, season: 8, trained: 50, forecast: (origin) => wave[origin - 1]! }));
  expect(score.values["skill.naive"]).toBe(0);
  expect(score.verdicts[0]).toMatchObject({ against: "naive", result: "no-better", skill: 0 });
  expect(score.verdicts[0]!.message).toContain("no better than repeating the last value");
});

test("against a season that repeats exactly there is no skill, rather than one of minus infinity", () => {
  const score = judged(oneColumn({ values: wave, horizon: 4, season: 8, trained: 50, forecast: (_, __, truth) => truth + 0.01 }));
  expect(score.seasonal.values["mse"]).toBe(0);
  expect(score.values["skill.seasonal"]).toBeNull();
  expect(score.values["mase"]).toBeNull();
  expect(score.verdicts[1]).toMatchObject({ against: "seasonal", result: "unknown", skill: null, low: null });
  expect(score.notes.map(({ code }) => code)).toEqual(["forecast.constant"]);
});

test("a constant series has no MASE, no skill and no standardised error", () => {
  const score = judged(oneColumn({ values: Array.from({ length: 30 }, () => 0.1), horizon: 2, trained: 20, forecast: () => 0.2 }));
  expect(score.values).toMatchObject({ mase: null, "mse.standardised": null, "skill.naive": null, "skill.seasonal": null });
  expect(score.values["mae"]).toBeCloseTo(0.1, 6);
  expect(score.notes.map(({ code }) => code)).toEqual(["forecast.constant"]);
});

test("a season longer than the series: no seasonal baseline, everything else is there", () => {
  const score = judged(oneColumn({ values: wave, horizon: 2, season: 200, trained: 50, forecast: (_, __, truth) => truth + 1 }));
  expect(score.seasonal).toMatchObject({ samples: 0, leftOut: score.samples });
  expect(score.seasonal.values["mse"]).toBeNull();
  expect(score.values["skill.naive"]).toBeLessThan(1);
  expect(score.verdicts[1]!.result).toBe("unknown");
  expect(score.notes.map(({ code }) => code)).toEqual(["forecast.constant", "forecast.no-seasonal"]);
});

test("one sample is measured; whether its skill is chance cannot be said", () => {
  const made = oneColumn({ values: wave.slice(0, 53), horizon: 3, season: 8, trained: 50, forecast: (_, __, truth) => truth + 0.5 });
  expect(made.samples.origins.length).toBe(1);
  const score = judged(made);
  expect(score.values["mse"]).toBeCloseTo(0.25, 5);
  expect(score.verdicts[0]).toMatchObject({ result: "unclear", probability: null, low: null, high: null, samples: 1 });
});

test("forecasts that are not numbers: no figure of their steps, and a note that counts them", () => {
  const score = judged(
    oneColumn({ values: wave, horizon: 2, season: 8, trained: 50, forecast: (origin, step, truth) => (origin === 60 && step === 2 ? NaN : truth + 1) }),
  );
  expect(score.values).toMatchObject({ mse: null, mae: null, "skill.naive": null });
  expect(score.steps[0]!["mse"]).toBeCloseTo(1, 5);
  expect(score.steps[1]!["mse"]).toBeNull();
  expect(score.verdicts[0]!.result).toBe("unknown");
  expect(score.notes[0]).toMatchObject({ code: "forecast.not-finite", message: expect.stringContaining("1 of 29") as string });
});

test("no samples: every figure is there and null", () => {
  const { series, truth } = oneColumn({ values: wave, horizon: 2, trained: 50, forecast: () => 0 });
  const none = { origins: new Uint32Array(0), outputs: new Float32Array(0), truths: new Float32Array(0) };
  const score = judgeForecast({ series, targets: [{ name: "y", ...truth, test: none, validation: none }] }).targets["y"]!.test!;
  expect(new Set(Object.values(score.values))).toEqual(new Set([null]));
  expect(score.verdicts[0]!.result).toBe("unknown");
});

test("a sample whose future is not in its segment, or values of another length, is an error", () => {
  const { series, truth, samples } = oneColumn({ values: wave, horizon: 2, trained: 50, forecast: () => 0 });
  const judge = (origins: readonly number[], values = truth.values) =>
    judgeForecast({ series, targets: [{ name: "y", ...truth, values, test: { ...samples, origins: Uint32Array.from(origins) } }] });
  expect(() => judge([...samples.origins].map((origin) => origin + 1))).toThrow("the 2 rows after row 79 are not in its segment");
  expect(() => judge([1])).toThrow(`got ${samples.outputs.length} outputs`);
  expect(() => judge([...samples.origins], new Float64Array(3))).toThrow("got 3 values");
});
