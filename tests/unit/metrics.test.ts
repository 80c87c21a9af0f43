import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { bestOf, lowerIsBetter } from "../../src-main/metrics/better.js";
import { curves, evaluateBinary, evaluateCategory, evaluateEmbedding, evaluateNumeric, metrics } from "../../src-main/metrics/index.js";
import { rankClass } from "../../src-main/metrics/ranking.js";
import type { MetricValues } from "../../src-main/metrics/metric.js";
import labels from "../fixtures/pytorch/labels.json" with { type: "json" };
import golden from "../fixtures/pytorch/metrics.json" with { type: "json" };

type Values = Readonly<Record<string, number | null>>;
interface Points {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly thresholds: readonly number[];
}
interface CategoryCase {
  kind: "category";
  name: string;
  probabilities: number[];
  targets: number[];
  classes: string[];
  values: Values;
  confusion: number[][];
}
interface BinaryCase {
  kind: "binary";
  name: string;
  probabilities: number[];
  targets: number[];
  threshold: number;
  values: Values;
  confusion: number[][];
  curves: Record<string, Points>;
}
interface NumericCase {
  kind: "numeric";
  name: string;
  predictions: number[];
  targets: number[];
  columns: string[];
  values: Values;
}
const cases = golden as readonly (CategoryCase | BinaryCase | NumericCase)[];
const category = cases.filter((c) => c.kind === "category");
const binary = cases.filter((c) => c.kind === "binary");
const numeric = cases.filter((c) => c.kind === "numeric");

const float32 = (values: readonly number[]) => Float32Array.from(values);
const int32 = (values: readonly number[]) => Int32Array.from(values);

/** torchmetrics counts in float32: 1e-6 of the value. */
function expectValues(ours: MetricValues, theirs: Values): void {
  expect(new Set(Object.keys(ours))).toEqual(new Set(Object.keys(theirs)));
  for (const [name, value] of Object.entries(theirs)) {
    const got = ours[name]!;
    if (value === null) expect(got, name).toBeNull();
    else expect(Math.abs(got - value), `${name}: ${got} against ${value}`).toBeLessThanOrEqual(1e-6 * (1 + Math.abs(value)));
  }
}

describe("values are torchmetrics'", () => {
  test.each(category.map((c) => [c.name, c] as const))("category: %s", (_name, c) => {
    const { values, confusion } = evaluateCategory({ probabilities: float32(c.probabilities), targets: int32(c.targets), classes: c.classes });
    expectValues(values, c.values);
    expect(confusion).toEqual(c.confusion);
  });

  test.each(binary.map((c) => [c.name, c] as const))("binary: %s", (_name, c) => {
    const { values, confusion } = evaluateBinary({ probabilities: float32(c.probabilities), targets: int32(c.targets), threshold: c.threshold });
    expectValues(values, c.values);
    expect(confusion).toEqual(c.confusion);
  });

  test.each(numeric.map((c) => [c.name, c] as const))("numeric: %s", (_name, c) => {
    expectValues(evaluateNumeric({ predictions: float32(c.predictions), targets: float32(c.targets), columns: c.columns, forecast: true }).values, c.values);
  });

  test("every metric has a golden value that exists, or is one of points, below", () => {
    const seen = new Set(
      [...cases, ...labels.metrics].flatMap((c) =>
        Object.entries<number | null>(c.values).flatMap(([name, value]) => (value === null ? [] : [name.split(".")[0]])),
      ),
    );
    expect(metrics.all.filter(({ type, embedding }) => !seen.has(type) && !embedding)).toEqual([]);
  });
});

test("shares of the truth are measured of forecasts only", () => {
  const data = { predictions: float32([1, 2]), targets: float32([2, 2]), columns: ["y"] };
  expect(Object.keys(evaluateNumeric(data).values)).toEqual(["mse", "rmse", "mae", "r2"]);
  expect(evaluateNumeric({ ...data, forecast: true }).values).toMatchObject({ mape: 0.25, smape: 1 / 3 });
});

describe("curves are torchmetrics'", () => {
  test.each(binary.map((c) => [c.name, c] as const))("%s", (_name, c) => {
    const ranking = rankClass(float32(c.probabilities), int32(c.targets), 1);
    for (const [type, theirs] of Object.entries(c.curves)) {
      const ours = curves.get(type).points(ranking)!;
      expect(ours.x.length).toBe(theirs.x.length);
      ours.x.forEach((x, i) => expect(x).toBeCloseTo(theirs.x[i]!, 6));
      ours.y.forEach((y, i) => expect(y).toBeCloseTo(theirs.y[i]!, 6));
      expect([...ours.thresholds]).toEqual(theirs.thresholds);
    }
    if (!c.targets.includes(0) || !c.targets.includes(1)) expect(curves.get("roc").points(ranking)).toBeUndefined();
  });

  test("every curve has a golden case", () => {
    expect(new Set(binary.flatMap((c) => Object.keys(c.curves)))).toEqual(new Set(curves.types));
  });
});

describe("whether less is better", () => {
  test.each(metrics.all.map((metric) => [metric.type, metric.better] as const))("of %s: %s is better", (type, better) => {
    for (const name of [`y.${type}`, `y.${type}.some class`, `a target.with a dot.${type}`]) expect(lowerIsBetter(name), name).toBe(better === "lower");
  });

  test.each([
    ["loss", true],
    ["y.loss", true],
    ["y.mase", true],
    ["y.mse.standardised", true],
    ["y.skill.naive", false],
    // The target's own name, and a class's, tell nothing.
    ["mae.accuracy", false],
    ["y.recall.loss", false],
  ])("of %s: %s", (name, lower) => expect(lowerIsBetter(name)).toBe(lower));

  test.each([
    ["y.accuracy", [0.5, 0.7, 0.6], 0.7],
    ["y.rmse.some column", [0.5, 0.7, 0.6], 0.5],
    // Too much is as bad as too little.
    ["y.bias", [-3, 0.5, 2], 0.5],
    ["y.bias.some column", [-0.1, 0.5], -0.1],
    ["y.rmse", [2, 2], undefined],
    ["y.rmse", [], undefined],
  ])("the best of %s among %j is %s", (name, values, best) => expect(bestOf(name, values)).toBe(best));
});

// Few distinct scores, so that ties abound.
const scored = fc.array(fc.record({ score: fc.integer({ min: 0, max: 6 }).map((v) => Math.fround(v / 6)), yes: fc.boolean() }), {
  minLength: 1,
  maxLength: 60,
});

describe("against the definitions", () => {
  test("AUROC is the share of pairs in order, ties counting half", () => {
    fc.assert(
      fc.property(scored, (rows) => {
        const [yes, no] = [rows.filter((r) => r.yes), rows.filter((r) => !r.yes)];
        const wins = yes.flatMap((y) => no.map((n): number => (y.score > n.score ? 1 : y.score === n.score ? 0.5 : 0)));
        const { auroc } = evaluateBinary({ probabilities: float32(rows.map((r) => r.score)), targets: int32(rows.map((r) => Number(r.yes))) }).values;
        if (wins.length === 0) expect(auroc).toBeNull();
        else expect(auroc).toBeCloseTo(wins.reduce((a, b) => a + b, 0) / wins.length, 12);
      }),
    );
  });

  test("average precision is the mean precision at each positive's score", () => {
    fc.assert(
      fc.property(scored, (rows) => {
        const yes = rows.filter((r) => r.yes);
        const precisionAt = (score: number) => rows.filter((r) => r.score >= score && r.yes).length / rows.filter((r) => r.score >= score).length;
        const { averagePrecision } = evaluateBinary({
          probabilities: float32(rows.map((r) => r.score)),
          targets: int32(rows.map((r) => Number(r.yes))),
        }).values;
        if (yes.length === 0) expect(averagePrecision).toBeNull();
        else expect(averagePrecision).toBeCloseTo(yes.reduce((sum, r) => sum + precisionAt(r.score), 0) / yes.length, 12);
      }),
    );
  });

  test("classes: counted one by one, F1 the harmonic mean of precision and recall", () => {
    const row = fc.record({ scores: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 3, maxLength: 3 }), actual: fc.integer({ min: 0, max: 2 }) });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), (rows) => {
        const classes = ["a", "b", "c"];
        const { values, confusion } = evaluateCategory({
          probabilities: float32(rows.flatMap((r) => r.scores)),
          targets: int32(rows.map((r) => r.actual)),
          classes,
        });
        const pairs = rows.map((r) => ({ actual: r.actual, predicted: r.scores.indexOf(Math.max(...r.scores)) }));
        classes.forEach((label, k) => {
          const [actual, predicted] = [pairs.filter((p) => p.actual === k), pairs.filter((p) => p.predicted === k)];
          const hits = actual.filter((p) => p.predicted === k).length;
          const precision = predicted.length ? hits / predicted.length : 0;
          const recall = actual.length ? hits / actual.length : 0;
          expect(values[`precision.${label}`]).toBeCloseTo(precision, 12);
          expect(values[`recall.${label}`]).toBeCloseTo(recall, 12);
          expect(values[`f1.${label}`]).toBeCloseTo(precision + recall ? (2 * precision * recall) / (precision + recall) : 0, 12);
          expect(confusion[k]).toEqual(classes.map((_, j) => actual.filter((p) => p.predicted === j).length));
        });
        expect(values.accuracy).toBe(pairs.filter((p) => p.actual === p.predicted).length / pairs.length);
        for (const name of ["precision.micro", "recall.micro", "f1.micro", "recall.weighted"]) expect(values[name]).toBeCloseTo(values.accuracy!, 12);
      }),
    );
  });

  test("two classes agree with the same target as yes or no", () => {
    fc.assert(
      fc.property(
        scored.filter((rows) => rows.every((r) => r.score !== 0.5)),
        (rows) => {
          const targets = int32(rows.map((r) => Number(r.yes)));
          const yes = evaluateBinary({ probabilities: float32(rows.map((r) => r.score)), targets, classes: ["no", "yes"] }).values;
          const two = evaluateCategory({ probabilities: float32(rows.flatMap((r) => [1 - r.score, r.score])), targets, classes: ["no", "yes"] }).values;
          // Of a class the confidence is the prediction's, of yes or no it is that of yes.
          const differing = (n: string) => n.startsWith("averagePrecision") || n.endsWith("auroc.weighted") || n === "calibrationError";
          for (const name of Object.keys(two).filter((n) => !differing(n))) {
            if (two[name] === null) expect(yes[name], name).toBeNull();
            else expect(yes[name], name).toBeCloseTo(two[name]!, 5);
          }
        },
      ),
    );
  });

  test("a class is among the likeliest three where fewer than three come before it, the first of equal ones first", () => {
    const row = fc.record({ scores: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 7, maxLength: 7 }), actual: fc.integer({ min: 0, max: 6 }) });
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 30 }), (rows) => {
        const { values } = evaluateCategory({
          probabilities: float32(rows.flatMap((r) => r.scores)),
          targets: int32(rows.map((r) => r.actual)),
          classes: ["a", "b", "c", "d", "e", "f", "g"],
        });
        const ordered = rows.map((r) =>
          r.scores
            .map((score, k) => ({ score, k }))
            .sort((a, b) => b.score - a.score || a.k - b.k)
            .map(({ k }) => k),
        );
        for (const top of [3, 5])
          expect(values[`accuracy.top${top}`]).toBe(rows.filter((r, i) => ordered[i]!.slice(0, top).includes(r.actual)).length / rows.length);
      }),
    );
  });

  test("no value is ever NaN or infinite, whatever a network gives", () => {
    const anything = fc.oneof(fc.float(), fc.constantFrom(NaN, Infinity, -Infinity, 0, 1));
    fc.assert(
      fc.property(fc.array(fc.tuple(anything, anything, fc.integer({ min: -1, max: 1 })), { maxLength: 20 }), (rows) => {
        const first = float32(rows.map((r) => r[0]));
        const evaluations = [
          evaluateCategory({ probabilities: float32(rows.flatMap((r) => [r[0], r[1]])), targets: int32(rows.map((r) => r[2])), classes: ["a", "b"] }).values,
          evaluateBinary({ probabilities: first, targets: int32(rows.map((r) => Math.abs(r[2]))) }).values,
          evaluateNumeric({ predictions: first, targets: float32(rows.map((r) => r[1])), columns: ["y"] }).values,
        ];
        for (const values of evaluations) for (const [name, value] of Object.entries(values)) expect(value === null || Number.isFinite(value), name).toBe(true);
      }),
    );
  });
});

test("no rows: every value is there and null", () => {
  const none = float32([]);
  const evaluations = [
    evaluateCategory({ probabilities: none, targets: int32([]), classes: ["a", "b"] }).values,
    evaluateBinary({ probabilities: none, targets: int32([]) }).values,
    evaluateNumeric({ predictions: none, targets: none, columns: ["x", "y"] }).values,
  ];
  for (const values of evaluations) {
    expect(Object.keys(values).length).toBeGreaterThan(5);
    expect(new Set(Object.values(values))).toEqual(new Set([null]));
  }
});

test("rows whose class is not known are excluded", () => {
  const { values, confusion } = evaluateCategory({ probabilities: float32([0.9, 0.1, 0.2, 0.8, 0.3, 0.7]), targets: int32([0, -1, 0]), classes: ["a", "b"] });
  expect(values.accuracy).toBe(0.5);
  expect(confusion).toEqual([
    [1, 1],
    [0, 0],
  ]);
});

test("a class called like an average does not take its place", () => {
  const { values } = evaluateCategory({ probabilities: float32([0.9, 0.1, 0.8, 0.2]), targets: int32([0, 1]), classes: ["macro", "b"] });
  expect(values["recall.macro"]).toBe(0.5);
  expect(values["recall.[macro]"]).toBe(1);
});

test("R2 of small units is not taken for that of a constant", () => {
  const targets = float32([1e-4, 2e-4, 3e-4, 4e-4]);
  expect(evaluateNumeric({ predictions: float32([4e-4, 3e-4, 2e-4, 1e-4]), targets, columns: ["y"] }).values.r2).toBeCloseTo(-3, 5);
});

test("data of the wrong length or an unknown class is an error", () => {
  expect(() => evaluateCategory({ probabilities: float32([0.5]), targets: int32([0]), classes: ["a", "b"] })).toThrow("got 1 probabilities");
  expect(() => evaluateCategory({ probabilities: float32([0.5, 0.5]), targets: int32([2]), classes: ["a", "b"] })).toThrow("class 2");
  expect(() => evaluateNumeric({ predictions: float32([1, 2, 3]), targets: float32([1, 2, 3]), columns: ["a", "b"] })).toThrow("3 targets");
});

test("a million rows are no trouble: comparing each with each would outlast this test's own limit by hours", () => {
  const rows = 1_000_000;
  const probabilities = Float32Array.from({ length: rows }, (_, i) => ((i * 7919) % 1_000_003) / 1_000_003);
  const targets = Int32Array.from({ length: rows }, (_, i) => (i * 31) % 2);
  expect(evaluateBinary({ probabilities, targets }).values.auroc).toBeCloseTo(0.5, 2);
});

describe("precision at 1", () => {
  /** The same from all distances, sorted. */
  function reference(outputs: readonly (readonly number[])[], targets: readonly number[]): { readonly precision: number; readonly chance: number } | undefined {
    const known = targets.flatMap((target, i) => (target >= 0 ? [i] : []));
    const asked = known.filter((i) => known.filter((j) => targets[j] === targets[i]).length > 1);
    if (asked.length === 0) return undefined;
    const others = (i: number) => known.filter((j) => j !== i);
    const distance = (i: number, j: number) => outputs[i]!.reduce((sum, v, k) => sum + Math.fround(v - outputs[j]![k]!) ** 2, 0);
    const right = asked.filter((i) => targets[others(i).sort((a, b) => distance(i, a) - distance(i, b) || a - b)[0]!] === targets[i]);
    const chances = asked.map((i) => others(i).filter((j) => targets[j] === targets[i]).length / others(i).length);
    return { precision: right.length / asked.length, chance: chances.reduce((a, b) => a + b, 0) / asked.length };
  }

  test("is the share of samples whose nearest other one is of their class, of those that have one", () => {
    const point = fc.tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: 0, max: 4 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(point, fc.integer({ min: -1, max: 3 })), { maxLength: 20 }), (samples) => {
        const [outputs, targets] = [samples.map(([p]) => p), samples.map(([, target]) => target)];
        const { values } = evaluateEmbedding({ rows: samples.length, width: 2, outputs: float32(outputs.flat()), targets: int32(targets) });
        const wanted = reference(outputs, targets);
        expect(values["precisionAt1"] ?? undefined).toEqual(wanted?.precision);
        if (wanted) expect(values["precisionAt1.chance"]).toBeCloseTo(wanted.chance, 12);
      }),
    );
  });
});
