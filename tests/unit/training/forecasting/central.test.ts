import { expect, it } from "vitest";
import { SeriesTable } from "../../../../src-main/datasets/series/series-table.js";
import type { Executable } from "../../../../src-main/engines/engine.js";
import type { FittedData, FittedTarget } from "../../../../src-main/features/fitted.js";
import { middleOf } from "../../../../src-main/training/forecasting/central.js";
import { runForecast } from "../../../../src-main/training/forecasting/forecast-steps.js";
import { planForecast } from "../../../../src-main/training/forecasting/plan-forecast.js";
import { outputName } from "../../../../src-main/training/models/inference-model.js";

const target = (name: string): FittedTarget => ({ name, type: "numeric", columns: ["y"], shift: [0], scale: [1], horizon: 1 });
const quantile = (q: number) => ({ type: "QuantileLoss", weight: 1, quantile: q });

/** Steps of a model that forecasts, by target, the last value and so much more. */
async function forecast(more: Readonly<Record<string, number>>, losses: Parameters<typeof planForecast>[3]) {
  const fitted: FittedData = {
    version: 2,
    inputs: [{ name: "past", type: "window", columns: ["y"], length: 2, ahead: 0, shift: [0], scale: [1], min: [0], max: [1] }],
    targets: Object.keys(more).map(target),
    series: {
      gaps: "interpolate",
      combine: "mean",
      decision: {
        zone: "UTC",
        step: { unit: "row", count: 1, label: "1 row" },
        known: [],
        phase: { us: 0, day: 1, month: 0 },
        columns: [{ name: "y", number: true }],
        marked: [],
      },
    },
  };
  const session = {
    run: async (inputs: Parameters<Executable["run"]>[0]) => {
      const [, last = NaN] = inputs["past"]!.data as Float32Array;
      return Object.fromEntries(
        fitted.targets.map(({ name }) => [
          outputName(name, fitted),
          { dtype: "float32" as const, dims: [1, 1], data: Float32Array.of(last + (more[name] ?? NaN)) },
        ]),
      );
    },
  } as unknown as Executable;
  const rows = [5, 7, NaN, NaN, NaN];
  const table = new SeriesTable(
    { numbers: new Map([["y", Float32Array.from(rows)]]), texts: new Map(), ids: [] },
    new Int32Array(5),
    Float64Array.from(rows.keys()),
  );
  const plan = planForecast(fitted, 3, "model.onnx", losses);
  const made = await runForecast({ session, fitted, table }, plan, [{ id: "", first: 0, last: 1, end: 4, row: 1 }], () => undefined);
  return Object.fromEntries([...made].map(([name, values]) => [name, [...values]]));
}

it.each([
  {
    what: "the median, where the others are quantiles on either side",
    more: { low: -10, mid: 1, high: 30 },
    losses: { low: quantile(0.05), mid: quantile(0.5), high: quantile(0.95) },
    made: { low: [-3, -2, -1], mid: [8, 9, 10], high: [37, 38, 39] },
  },
  {
    what: "the mean of two quantiles as far on either side",
    more: { low: -10, high: 14 },
    losses: { low: quantile(0.05), high: quantile(0.95) },
    made: { low: [-3, -1, 1], high: [21, 23, 25] },
  },
  {
    what: "a mean beside one quantile",
    more: { high: 30, mean: 2 },
    losses: { high: quantile(0.9), mean: { type: "MSELoss", weight: 1 } },
    made: { high: [37, 39, 41], mean: [9, 11, 13] },
  },
  {
    what: "the middle one, where losses are not known",
    more: { a: 30, b: -10, c: 1 },
    losses: undefined,
    made: { a: [37, 38, 39], b: [-3, -2, -1], c: [8, 9, 10] },
  },
])("the past of later steps is $what", async ({ more, losses, made }) => {
  expect(await forecast(more, losses)).toEqual(made);
});

it("the middle of numbers is their median, and none where one is none", () => {
  expect([middleOf([3]), middleOf([4, 1]), middleOf([9, 1, 2]), middleOf([1, NaN, 2]), middleOf([NaN])]).toEqual([3, 2.5, 2, NaN, NaN]);
});
