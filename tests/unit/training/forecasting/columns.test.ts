import { expect, it } from "vitest";
import { boundsOf } from "../../../../src-main/training/forecasting/bounds.js";
import { forecastColumns, headOf } from "../../../../src-main/training/forecasting/columns.js";
import { isMarkOf, planForecast } from "../../../../src-main/training/forecasting/plan-forecast.js";
import type { FittedData, FittedTarget } from "../../../../src-main/features/fitted.js";

const target = (name: string, columns: string[], horizon?: number): FittedTarget => ({
  name,
  type: "numeric",
  columns,
  shift: columns.map(() => 0),
  scale: columns.map(() => 1),
  ...(horizon === undefined ? {} : { horizon }),
});
const window = (name: string, columns: string[], length: number, ahead = 0): FittedData["inputs"][number] => ({
  name,
  type: "window",
  columns,
  length,
  ahead,
  shift: columns.map(() => 0),
  scale: columns.map(() => 1),
  min: columns.map(() => 0),
  max: columns.map(() => 1),
});
const series: NonNullable<FittedData["series"]> = {
  gaps: "mark",
  combine: "mean",
  id: "shop",
  decision: {
    zone: "UTC",
    step: { unit: "day", count: 1, label: "1 day" },
    known: ["promo", "promo.missing"],
    phase: { us: 0, day: 1, month: 0 },
    dayFirst: false,
    columns: [],
    marked: ["y", "promo"],
  },
};
const fitted = (inputs: FittedData["inputs"], targets: FittedTarget[]): FittedData => ({ version: 2, inputs, targets, series });

it.each([
  { columns: [["y"]], heads: ["y"] },
  { columns: [["y", "z"]], heads: ["y", "z"] },
  { columns: [["y"], ["y"]], heads: ["t0:y", "t1:y"] },
  { columns: [["time"], ["id"], ["z"]], heads: ["t0:time", "t1:id", "z"] },
])("columns $columns are called $heads: each name once", ({ columns, heads }) => {
  expect(forecastColumns({ targets: columns.map((own, k) => target(`t${k}`, own, 3)) }).map(({ head }) => head)).toEqual(heads);
});

it.each([
  { levels: [0.95], names: ["y", "y.lower", "y.upper"] },
  { levels: [0.8, 0.975], names: ["y", "y.lower80", "y.upper80", "y.lower97.5", "y.upper97.5"] },
])("levels $levels have the columns $names", ({ levels, names }) => {
  expect(headOf({ head: "y" }, levels)).toEqual(names);
});

it("one go needs what windows ahead read; several need also the past of known columns, and what one go reads beyond the steps asked for", () => {
  const model = fitted([window("past", ["y", "promo", "y.missing"], 7), window("ahead", ["promo"], 0, 3)], [target("y", ["y"], 3)]);
  const one = planForecast(model, undefined, "model.onnx");
  expect([one.steps, one.blocks, one.ahead, [...one.needed]]).toEqual([3, 1, 3, [["promo", 3]]]);
  const several = planForecast(model, 7, "model.onnx");
  expect([several.steps, several.blocks, several.ahead, [...several.needed]]).toEqual([7, 3, 9, [["promo", 9]]]);
  expect(isMarkOf("y.missing", several)).toBe(true);
  expect(isMarkOf("promo.missing", several)).toBe(false);
});

it("of several targets the shortest horizon is one go", () => {
  const plan = planForecast(fitted([window("past", ["y", "z"], 7)], [target("y", ["y"], 3), target("z", ["z"], 5)]), undefined, "model.onnx");
  expect([plan.steps, plan.blocks]).toEqual([3, 1]);
});

it("the id of a series stays what it is; other texts are not known in advance", () => {
  const text = (column: string): FittedData["inputs"][number] =>
    ({ name: column, type: "category", column, encoding: "onehot", words: ["a", "b"], unknown: "zeros" }) as never;
  const plan = (column: string) => planForecast(fitted([window("past", ["y"], 7), text(column)], [target("y", ["y"], 3)]), 4, "model.onnx");
  expect(() => plan("weather")).toThrow("it also reads weather");
  expect(plan("shop").blocks).toBe(2);
});

it.each([
  ["rows that are in no order of time", { ...fitted([], [target("y", ["y"])]), series: undefined }],
  ["no target has a horizon", fitted([window("past", ["y"], 7)], [target("y", ["y"])])],
])("a model with %s forecasts nothing", (words, model) => {
  expect(() => planForecast(model, undefined, "model.onnx")).toThrow(words);
});

it("without a report there are no bounds, which is said", () => {
  const plan = planForecast(fitted([window("past", ["y"], 7)], [target("y", ["y"], 3)]), undefined, "model.onnx");
  const bounds = boundsOf(undefined, plan, undefined);
  expect(bounds.around(5, 0.95, "y", 0, 0)).toEqual([NaN, NaN]);
  expect(bounds.notes).toMatchObject([{ code: "forecast.no-intervals" }]);
});
