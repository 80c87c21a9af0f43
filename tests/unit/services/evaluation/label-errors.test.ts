import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../../src-main/base/random.js";
import { confidenceCalibration } from "../../../../src-main/services/evaluation/evaluation-curves.js";
import { type LabelledPart, suspectLabels } from "../../../../src-main/services/evaluation/label-errors.js";
import type { SingleTarget } from "../../../../src-main/services/evaluation/one-label.js";

interface Labelled {
  readonly probabilities: readonly number[];
  readonly given: number;
}

const names = ["cat", "dog", "bird", "fish"];

function category(split: LabelledPart["split"], rows: readonly Labelled[], firstRow = 1): LabelledPart {
  const target: SingleTarget = {
    name: "kind",
    kind: "category",
    width: names.length,
    classes: names,
    outputs: Float32Array.from(rows.flatMap((r) => r.probabilities)),
    truths: Int32Array.from(rows, (r) => r.given),
  };
  return { target, split, rows: Uint32Array.from(rows, (_, i) => firstRow + i) };
}

/** The definition, word for word and row by row, in whatever time it takes. */
function byDefinition(rows: readonly Labelled[]): { place: number; proposed: number; margin: number }[] {
  const threshold = (k: number) => {
    const own = rows.filter((r) => r.given === k).map((r) => Math.fround(r.probabilities[k]!));
    return own.length === 0 ? Infinity : own.reduce((a, b) => a + b, 0) / own.length;
  };
  return rows
    .flatMap(({ probabilities, given }, place) => {
      const p = probabilities.map(Math.fround);
      const proposed = p.indexOf(Math.max(...p));
      if (p[proposed]! === p[given]! || p[proposed]! < threshold(proposed)) return [];
      return [{ place, proposed, margin: p[proposed]! - p[given]! }];
    })
    .sort((a, b) => b.margin - a.margin || a.place - b.place);
}

const row = fc
  .record({ scores: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 4, maxLength: 4 }), given: fc.integer({ min: 0, max: 3 }) })
  .map(({ scores, given }): Labelled => ({ given, probabilities: scores.map((score) => score / scores.reduce((a, b) => a + b, 0)) }));

describe("likely label errors", () => {
  it("are those of the definition, over all splits together", () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 60 }), fc.nat(60), (rows, cut) => {
        const found = suspectLabels([category("validation", rows.slice(0, cut)), category("test", rows.slice(cut), 1 + Math.min(cut, rows.length))]);
        const expected = byDefinition(rows);
        expect(found.judged).toBe(rows.length);
        expect(found.suspects.map(({ row: number, given, proposed }) => ({ number, given, proposed }))).toEqual(
          expected.map(({ place, proposed }) => ({ number: place + 1, given: rows[place]!.given, proposed })),
        );
        for (const { split, row: number } of found.suspects) expect(split).toBe(number <= cut ? "validation" : "test");
      }),
    );
  });

  it("finds most labels that were changed, and little else", () => {
    const random = new Random("label errors");
    const changed = new Set<number>();
    const rows = Array.from({ length: 2000 }, (_, place): Labelled => {
      const actual = random.below(4);
      const scores = names.map((_name, k) => Math.exp(random.normal() + (k === actual ? 4 : 0)));
      const sum = scores.reduce((a, b) => a + b, 0);
      const wrong = random.uniform() < 0.05;
      if (wrong) changed.add(place + 1);
      return { probabilities: scores.map((s) => s / sum), given: wrong ? (actual + 1 + random.below(3)) % 4 : actual };
    });
    const { suspects } = suspectLabels([category("test", rows)]);
    const right = suspects.filter(({ row: number }) => changed.has(number)).length;
    expect(right / changed.size).toBeGreaterThan(0.6);
    expect(right / suspects.length).toBeGreaterThan(0.9);
    // The surest come first.
    expect(suspects.slice(0, 40).every(({ row: number }) => changed.has(number))).toBe(true);
  });

  it("of yes or no: the other one, where it is as likely as it usually is", () => {
    const outputs = Float32Array.of(0.9, 0.8, 0.1, 0.2, 0.95, 0.55);
    const truths = Float32Array.of(1, 1, 0, 0, 0, 0);
    const target: SingleTarget = { name: "t", kind: "binary", width: 1, classes: ["no", "yes"], threshold: 0.5, outputs, truths };
    const { suspects, classes } = suspectLabels([{ target, split: "test", rows: Uint32Array.of(1, 2, 3, 4, 5, 6) }]);
    // yes: (0.9 + 0.8) / 2 = 0.85, which 0.55 is below; no: (0.9 + 0.8 + 0.05 + 0.45) / 4
    expect(classes.map(({ name, rows }) => [name, rows])).toEqual([
      ["no", 4],
      ["yes", 2],
    ]);
    expect(classes.map(({ threshold }) => threshold)).toEqual([expect.closeTo(0.55, 6), expect.closeTo(0.85, 6)]);
    expect(suspects).toEqual([
      {
        split: "test",
        row: 5,
        given: 0,
        proposed: 1,
        givenProbability: expect.closeTo(0.05, 6) as number,
        proposedProbability: expect.closeTo(0.95, 6) as number,
      },
    ]);
  });

  it("never proposes a class that labels no row, and passes over rows whose class is not known", () => {
    const rows = [
      { probabilities: [0.1, 0.2, 0.7, 0], given: 0 },
      { probabilities: [0.1, 0.8, 0.1, 0], given: 1 },
      { probabilities: [0, 0, 1, 0], given: -1 },
    ];
    const { suspects, classes, judged } = suspectLabels([category("test", rows)]);
    expect([suspects, judged, classes[2]]).toEqual([[], 2, { name: "bird", rows: 0, threshold: null }]);
  });

  it("are trusted where, of 95 % sure, more is right than half way from guessing to all", () => {
    const right = { probabilities: [1, 0, 0, 0], given: 0 };
    const wrong = { probabilities: [0, 1, 0, 0], given: 0 };
    const other = { probabilities: [0, 1, 0, 0], given: 1 };
    const of = (n: number, one: Labelled) => Array.from({ length: n }, () => one);
    const trustOf = (...parts: readonly (readonly Labelled[])[]) => suspectLabels([category("test", parts.flat())]).trust;
    // Half of the rows are of one class, so that 0.75 are needed. Wilson's interval of 90 of 100: 0.826 to 0.945.
    const good = trustOf(of(45, right), of(10, wrong).slice(0, 5), of(50, other).slice(0, 45), of(5, { probabilities: [1, 0, 0, 0], given: 1 }));
    expect(good).toEqual({
      accuracy: 0.9,
      low: expect.closeTo(0.8256, 4) as number,
      high: expect.closeTo(0.9448, 4) as number,
      guessing: 0.5,
      needed: 0.75,
      enough: true,
    });
    expect(trustOf(of(9, right), of(1, wrong), of(10, other)).enough).toBe(true);
    expect(trustOf(of(8, right), of(2, wrong), of(9, other), of(1, { probabilities: [1, 0, 0, 0], given: 1 })).enough).toBe(false);
    // All of one class: nothing is better than guessing that.
    expect(trustOf(of(100, right)).enough).toBe(false);
    expect(trustOf().enough).toBe(false);
  });

  it("are not asked of numbers", () => {
    const target: SingleTarget = { name: "n", kind: "numeric", width: 1, columns: ["n"], outputs: Float32Array.of(1), truths: Float32Array.of(2) };
    expect(() => suspectLabels([{ target, split: "test", rows: Uint32Array.of(1) }])).toThrow(/n is a number/);
  });
});

describe("calibration of predictions", () => {
  it("is told by confidence, and adds up to the error", () => {
    const rows = [
      [0.7, 0.3, 0, 0],
      [0.72, 0.28, 0, 0],
      [0, 1, 0, 0],
      [0.1, 0.1, 0.5, 0.3],
    ].map((probabilities, i) => ({ probabilities, given: [0, 1, 1, 2][i]! }));
    const { bins, error } = confidenceCalibration(category("test", rows).target);
    expect(bins).toEqual([
      { rows: 1, confidence: 0.5, accuracy: 1 },
      { rows: 2, confidence: expect.closeTo(0.71, 6) as number, accuracy: 0.5 },
      { rows: 1, confidence: 1, accuracy: 1 },
    ]);
    expect(error).toBeCloseTo((0.5 * 1 + 0.21 * 2) / 4, 6);
  });
});
