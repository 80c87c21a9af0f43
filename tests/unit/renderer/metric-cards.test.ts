import { describe, expect, it } from "vitest";
import { Random } from "../../../src-main/base/random.js";
import { evaluateNumeric, metrics } from "../../../src-main/metrics/index.js";
import { metricCards } from "../../../src-renderer/figures/metric-cards.js";
import { texts } from "../../../src-renderer/texts/index.js";
import { evaluations } from "../../support/evaluations.js";

const named = (target: string, values: Readonly<Record<string, number | null>>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${target}.${name}`, value]));

describe("metric cards", () => {
  it("tell accuracy from always naming the most frequent class", () => {
    const confusion = {
      classes: ["0", "1"],
      counts: [
        [70, 0],
        [30, 0],
      ],
    };
    const [accuracy] = metricCards({ "a.b.accuracy": 0.7, "b.accuracy": 0.1 }, { name: "a.b", kind: "binary", classes: ["0", "1"] }, confusion);
    expect(accuracy).toEqual({ key: "accuracy", metric: "accuracy", value: 0.7, reference: { kind: "majority", value: 0.7, name: "0", beaten: false } });
  });

  it("know what the mean would come to, by column", () => {
    const random = new Random("metric-cards");
    const targets = Float32Array.from({ length: 400 }, (_, i) => (i % 2 === 0 ? 100 : 1) * random.uniform());
    const columns = ["wide", "narrow"];
    const means = columns.map((_, k) => targets.filter((_t, i) => i % 2 === k).reduce((a, b) => a + b, 0) / 200);
    const good = evaluateNumeric({ predictions: targets.map((t, i) => t + (i % 4 === 0 ? 0.3 : -0.1)), targets, columns }).values;
    const dull = evaluateNumeric({ predictions: targets.map((_, i) => means[i % 2] ?? 0), targets, columns }).values;
    for (const column of columns) {
      const cards = metricCards(named("y", good), { name: "y", kind: "numeric", columns }, undefined, column);
      expect(cards.find(({ metric }) => metric === "rmse")?.reference?.value, column).toBeCloseTo(dull[`rmse.${column}`] ?? NaN, 4);
      expect(cards.find(({ metric }) => metric === "mae")?.value).toBe(good[`mae.${column}`]);
    }
  });

  it.each(evaluations.map((evaluation) => [evaluation.kind, evaluation] as const))(
    "show every metric of a target of kind %s, in words",
    (kind, { values, classes }) => {
      const cards = metricCards(named("y", { ...values, loss: 1 }), { name: "y", kind, classes: [...classes] }, undefined);
      const shown = new Set(cards.map(({ metric }) => metric.split(".")[0]));
      const measured = metrics.types.filter((type) => Object.keys(values).some((name) => name.split(".")[0] === type));
      // The RMSE says the same in the target's unit.
      const elsewhere = ["mse", ...metrics.all.filter(({ forecastsOnly }) => forecastsOnly).map(({ type }) => type)];
      expect(
        measured.filter((type) => !shown.has(type) && !elsewhere.includes(type)),
        "list it in src-renderer/figures/metric-cards.ts",
      ).toEqual([]);
      for (const words of [texts.evaluate.metrics.words, texts.evaluatePictures.metrics.words])
        expect(cards.filter(({ metric }) => !(metric in words)).map(({ metric }) => metric)).toEqual([]);
    },
  );

  it("leave the metrics of forecasts alone to the table beside them", () => {
    const of = metrics.all.filter(({ forecastsOnly }) => forecastsOnly).map(({ type }) => type);
    expect(Object.keys(texts.series.judged.metrics)).toEqual(expect.arrayContaining(of));
  });

  it("exclude what the report has not, and have no reference where there is no value", () => {
    expect(metricCards({ "y.auroc": null, "y.loss": 1 }, { name: "y", kind: "category", classes: ["a", "b", "c"] }, undefined)).toEqual([
      { key: "auroc", metric: "auroc", value: null },
      { key: "loss", metric: "loss", value: 1 },
    ]);
  });

  it("tell how often the class is among the likeliest, and whether probabilities can be taken at their word, where the report does", () => {
    const values = named("y", { accuracy: 0.6, "accuracy.top3": 0.9, "accuracy.top5": 0.98, calibrationError: 0.04, logloss: 1 });
    expect(metricCards(values, { name: "y", kind: "category", classes: ["a", "b", "c", "d", "e", "f"] }, undefined).map(({ metric }) => metric)).toEqual([
      "accuracy",
      "accuracy.top3",
      "accuracy.top5",
      "logloss",
      "calibrationError",
    ]);
    expect(metricCards(values, { name: "y", kind: "binary", classes: ["a", "b"] }, undefined).map(({ metric }) => metric)).toEqual([
      "accuracy",
      "logloss",
      "calibrationError",
    ]);
  });
});
