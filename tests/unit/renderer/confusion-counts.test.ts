import { describe, expect, it } from "vitest";
import { rankClass } from "../../../src-main/metrics/ranking.js";
import { rocCurve } from "../../../src-main/metrics/roc-curve.js";
import { confusionOf, countsAt, countsOf, roundedBelow } from "../../../src-renderer/figures/confusion-counts.js";

const scores = Float32Array.of(1, 0.9, 0.75, 0.75, 0.5, 0.25, 0.25, 0);
const truths = [1, 1, 0, 1, 1, 0, 1, 0];
const ranking = rankClass(scores, truths, 1);
const roc = rocCurve.points(ranking);
const curves = {
  positives: ranking.positives,
  negatives: ranking.negatives,
  auroc: null,
  averagePrecision: null,
  calibration: [],
  ...(roc && { roc: { x: [...roc.x], y: [...roc.y], thresholds: [...roc.thresholds] } }),
};

describe("counts at a threshold", () => {
  it("are those of every row: yes above it, no at it", () => {
    for (const threshold of [0.01, 0.25, 0.2501, 0.5, 0.6, 0.75, 0.9, 0.95]) {
      const count = (truth: number, yes: boolean) => truths.filter((t, i) => t === truth && (scores[i] ?? 0) > threshold === yes).length;
      expect(countsAt(curves, threshold), String(threshold)).toEqual({
        truePositives: count(1, true),
        falsePositives: count(0, true),
        falseNegatives: count(1, false),
        trueNegatives: count(0, false),
      });
    }
  });

  it("do not exist without a curve", () => {
    expect(countsAt({ positives: 3, negatives: 0, auroc: null, averagePrecision: null, calibration: [] }, 0.5)).toBeUndefined();
  });

  it("stand in a matrix as the report has it", () => {
    const confusion = {
      classes: ["no", "yes"],
      counts: [
        [50, 3],
        [4, 20],
      ],
    };
    expect(confusionOf(confusion.classes, countsOf(confusion))).toEqual(confusion);
  });
});

describe("a threshold taken from a curve", () => {
  it("is short, and below the point that was meant", () => {
    for (const threshold of ranking.thresholds) {
      const rounded = roundedBelow(threshold);
      expect(rounded).toBeGreaterThan(0);
      expect(rounded).toBeLessThan(1);
      expect(String(rounded).length).toBeLessThanOrEqual(6);
      if (threshold > 0) expect(rounded).toBeLessThan(threshold);
    }
    expect(roundedBelow(0.5)).toBe(0.4999);
    expect(roundedBelow(0.71239)).toBe(0.7123);
  });
});
