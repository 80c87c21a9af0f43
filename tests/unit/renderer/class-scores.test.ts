import { describe, expect, it } from "vitest";
import { Random } from "../../../src-main/base/random.js";
import { evaluateCategory } from "../../../src-main/metrics/index.js";
import { averages, averageScore, classScores, guessing, sortScores } from "../../../src-renderer/figures/class-scores.js";

const classes = ["ant", "bee", "cat", "dog", "elk"];

/** Predictions of a poor model; the last class never occurs, the one before is never predicted. */
function judged() {
  const random = new Random("class-scores");
  const targets = Int32Array.from({ length: 200 }, () => random.below(4));
  const probabilities = Float32Array.from({ length: 1000 }, (_, i) =>
    i % 5 >= 3 ? 0 : random.uniform() / 3 + (targets[Math.floor(i / 5)] === i % 5 ? 0.2 : 0),
  );
  return evaluateCategory({ probabilities, targets, classes });
}

describe("scores of classes", () => {
  const { values, confusion: counts } = judged();
  const confusion = { classes, counts };

  it("are those that the report has", () => {
    for (const { name, precision, recall, f1 } of classScores(confusion)) {
      expect(precision).toBeCloseTo(values[`precision.${name}`] ?? NaN, 12);
      expect(recall).toBeCloseTo(values[`recall.${name}`] ?? NaN, 12);
      expect(f1).toBeCloseTo(values[`f1.${name}`] ?? NaN, 12);
    }
    for (const average of averages) {
      for (const metric of ["precision", "recall", "f1"] as const)
        expect(averageScore(confusion, average)[metric], `${metric}.${average}`).toBeCloseTo(values[`${metric}.${average}`] ?? NaN, 12);
    }
  });

  it("count the rows and the mistakes of each", () => {
    const scores = classScores(confusion);
    expect(scores.reduce((all, { support }) => all + support, 0)).toBe(200);
    expect(scores.reduce((all, { mistakes }) => all + mistakes, 0)).toBe(200 - counts.reduce((all, row, k) => all + (row[k] ?? 0), 0));
    expect(scores.at(-1)).toEqual({ name: "elk", precision: 0, recall: 0, f1: 0, support: 0, mistakes: 0 });
  });

  it("are sorted by any column, equal ones as they were", () => {
    const scores = classScores({
      classes: ["b10", "b9", "a"],
      counts: [
        [2, 1, 0],
        [1, 2, 0],
        [0, 0, 9],
      ],
    });
    expect(sortScores(scores, { column: "mistakes", descending: true }).map(({ name }) => name)).toEqual(["b10", "b9", "a"]);
    expect(sortScores(scores, { column: "mistakes", descending: false }).map(({ name }) => name)).toEqual(["a", "b10", "b9"]);
    expect(sortScores(scores, { column: "name", descending: false }).map(({ name }) => name)).toEqual(["a", "b9", "b10"]);
  });
});

describe("guessing", () => {
  it("always names the most frequent class", () => {
    const guess = guessing({
      classes: ["no", "yes"],
      counts: [
        [5, 5],
        [10, 20],
      ],
    });
    expect(guess).toMatchObject({ name: "yes", accuracy: 0.75 });
    // Entropy of 1/4 and 3/4 in nats.
    expect(guess?.logloss).toBeCloseTo(0.5623351446188083, 12);
  });

  it("does not exist without rows", () => {
    expect(
      guessing({
        classes: ["no", "yes"],
        counts: [
          [0, 0],
          [0, 0],
        ],
      }),
    ).toBeUndefined();
  });
});
