import { expect, test } from "vitest";
import { Lru } from "../../../../src-main/base/lru.js";
import { Random } from "../../../../src-main/base/random.js";
import { judgedRowsRequest } from "../../../../src-main/contract/evaluation-views.js";
import { curvesOf, residualsOf } from "../../../../src-main/services/evaluation/evaluation-curves.js";
import { describeRow, placesOf } from "../../../../src-main/services/evaluation/judged-rows.js";
import type { LoadedPredictions } from "../../../../src-main/services/prediction/prediction-store.js";
import type { SingleTarget } from "../../../../src-main/services/evaluation/one-label.js";

function million(rows: number): { predictions: LoadedPredictions; target: SingleTarget } {
  const random = new Random("million");
  const outputs = Float32Array.from({ length: rows }, () => random.uniform());
  const truths = Float32Array.from(outputs, (p) => (random.uniform() < p ? 1 : 0));
  const target: SingleTarget = { name: "t", kind: "binary", width: 1, classes: ["no", "yes"], threshold: 0.5, outputs, truths };
  return { target, predictions: { split: "test", rows: Uint32Array.from({ length: rows }, (_, i) => i + 1), targets: [target], worked: new Lru(8) } };
}
const request = (more: object) => judgedRowsRequest.parse({ split: "test", target: "t", offset: 0, limit: 100, ...more });

test.each(["worst", "unsure"] as const)("a million rows are put in order, %s first, and are then at hand", (order) => {
  const { predictions, target } = million(1_000_000);
  const asked = request({ order });
  const places = placesOf(predictions, target, asked);
  expect(placesOf(predictions, target, { ...asked, offset: 100 })).toBe(places);
  const shown = Array.from(places.subarray(0, 2000), (place) => describeRow(predictions, target, asked, place));
  const figures = shown.map((row) => (order === "worst" ? -row.loss : row.confidence!));
  expect(figures.map(Math.fround)).toEqual(figures.map(Math.fround).toSorted((a, b) => a - b));
  expect(new Set(places).size).toBe(1_000_000);
});

test.each(["worst", "unsure"] as const)("an output is looked at a few times, however many rows there are, %s first, and never again", (order) => {
  const looks = (rows: number) => {
    const { predictions, target } = million(rows);
    let count = 0;
    const counted: SingleTarget = {
      ...target,
      outputs: new Proxy(target.outputs, {
        get(outputs, key) {
          if (typeof key === "string" && /^\d+$/.test(key)) count++;
          return Reflect.get(outputs, key, outputs) as unknown;
        },
      }),
    };
    placesOf(predictions, counted, request({ order }));
    const first = count;
    placesOf(predictions, counted, request({ order, offset: 100 }));
    expect(count).toBe(first);
    return first / rows;
  };
  // Comparing rows with each other would look at each the more often the more there are.
  expect(looks(100)).toBeLessThanOrEqual(4);
  expect(looks(10_000)).toBe(looks(100));
});

test("mistakes alone are those whose prediction is not the truth, equal figures as in the file", () => {
  const { predictions, target } = million(5000);
  const mistakes = Array.from({ length: 5000 }, (_, i) => i).filter((i) => (target.outputs[i]! > 0.5 ? 1 : 0) !== target.truths[i]);
  const wrongness = (i: number) => Math.abs(target.outputs[i]! - target.truths[i]!);
  expect([...placesOf(predictions, target, request({ show: "mistakes" }))]).toEqual(mistakes.toSorted((a, b) => wrongness(b) - wrongness(a)));
  const alike: SingleTarget = { name: "n", kind: "numeric", width: 1, columns: ["n"], outputs: Float32Array.of(1, 3, 1, 3), truths: new Float32Array(4) };
  expect([...placesOf({ ...predictions, rows: Uint32Array.of(1, 2, 3, 4), worked: new Lru(8) }, alike, request({}))]).toEqual([1, 3, 0, 2]);
});

test("the most confident mistakes are not those whose truth was thought least likely", () => {
  const target: SingleTarget = {
    name: "t",
    kind: "category",
    width: 3,
    classes: ["a", "b", "c"],
    outputs: Float32Array.of(0.55, 0.01, 0.44, 0.9, 0.08, 0.02, 0.2, 0.7, 0.1),
    truths: Int32Array.of(1, 1, 1),
  };
  const predictions = { split: "test" as const, rows: Uint32Array.of(1, 2, 3), targets: [target], worked: new Lru<string, unknown>(8) };
  expect([...placesOf(predictions, target, request({ show: "mistakes", order: "worst" }))]).toEqual([0, 1]);
  expect([...placesOf(predictions, target, request({ show: "mistakes", order: "sure" }))]).toEqual([1, 0]);
});

test("curves are thinned to a thousand points that still show them", () => {
  const { target } = million(200_000);
  const found = curvesOf(target, undefined);
  for (const { x, y, thresholds } of [found.roc!, found.precisionRecall!]) {
    expect(x.length).toBeLessThanOrEqual(1000);
    expect(x.length).toBeGreaterThan(500);
    expect([y.length, thresholds.length]).toEqual([x.length, x.length]);
    for (const wanted of [0.05, 0.3, 0.5, 0.7, 0.95]) expect(Math.min(...thresholds.map((t) => Math.abs(t - wanted)))).toBeLessThan(0.003);
  }
  const { x, y } = found.roc!;
  expect([x[0], y[0], x.at(-1), y.at(-1)]).toEqual([0, 0, 1, 1]);
  expect(x.slice(1).reduce((sum, right, i) => sum + ((right - x[i]!) * (y[i + 1]! + y[i]!)) / 2, 0)).toBeCloseTo(found.auroc!, 4);
  // Drawn so that the probabilities are right: bin k of ten holds about (k + 0.5) / 10 of yes.
  expect(found.calibration).toHaveLength(10);
  found.calibration.forEach(({ predicted, observed }, k) => {
    expect(predicted).toBeCloseTo((k + 0.5) / 10, 2);
    expect(Math.abs(observed - predicted)).toBeLessThan(0.02);
  });
});

test("one class alone has no ROC, and residuals that are all alike are in one bin", () => {
  const only: SingleTarget = {
    name: "t",
    kind: "binary",
    width: 1,
    classes: ["no", "yes"],
    threshold: 0.5,
    outputs: Float32Array.of(0.2, 0.9),
    truths: Float32Array.of(0, 0),
  };
  expect(curvesOf(only, undefined)).toMatchObject({ positives: 0, negatives: 2, auroc: null, averagePrecision: null });
  expect(curvesOf(only, undefined).roc).toBeUndefined();
  const same: SingleTarget = { name: "n", kind: "numeric", width: 1, columns: ["n"], outputs: Float32Array.of(2, 3), truths: Float32Array.of(1, 2) };
  expect(residualsOf(Uint32Array.of(4, 9), same, undefined)).toEqual({
    points: [
      { row: 4, actual: 1, predicted: 2 },
      { row: 9, actual: 2, predicted: 3 },
    ],
    histogram: { edges: [1, 1], counts: [2] },
  });
});
