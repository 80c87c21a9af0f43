import { expect, test } from "vitest";
import { bestThreshold } from "../../src-main/metrics/best-threshold.js";
import { evaluateLabels } from "../../src-main/metrics/index.js";
import { labelsView, rankLabel } from "../../src-main/metrics/label-view.js";
import { readGolden } from "../support/goldens.js";

interface Case {
  readonly name: string;
  readonly labels: readonly string[];
  readonly thresholds: readonly number[];
  readonly probabilities: readonly number[];
  readonly targets: readonly number[];
  readonly values: Readonly<Record<string, number | null>>;
}
const { metrics: cases } = readGolden<{ readonly metrics: readonly Case[] }>("labels.json");
const data = ({ probabilities, targets, labels, thresholds }: Case) => ({
  probabilities: Float32Array.from(probabilities),
  targets: Float32Array.from(targets),
  labels,
  thresholds,
});

test.each(cases.map((c) => [c.name, c] as const))("labels are judged as torchmetrics does: %s", (_name, c) => {
  const { values } = evaluateLabels(data(c));
  expect(new Set(Object.keys(values))).toEqual(new Set(Object.keys(c.values)));
  for (const [name, value] of Object.entries(c.values)) {
    if (value === null) expect(values[name], name).toBeNull();
    else expect(Math.abs(values[name]! - value), `${name}: ${values[name]} against ${value}`).toBeLessThanOrEqual(1e-6);
  }
});

test("a truth that is not known counts nowhere, and its row is no exact match", () => {
  const given = { probabilities: Float32Array.of(0.9, 0.9, 0.9, 0.1), targets: Float32Array.of(1, NaN, 1, 0), labels: ["a", "b"], thresholds: [0.5, 0.5] };
  const { values, counts } = evaluateLabels(given);
  expect(counts).toEqual({ truePositives: [2, 0], falsePositives: [0, 0], falseNegatives: [0, 0], trueNegatives: [0, 1] });
  expect([values["exact"], values["hamming"]]).toEqual([1, 0]);
});

test("the best threshold is the one of all possible ones at which F1 is best", () => {
  for (const c of cases) {
    const { probabilities, targets } = data(c);
    c.labels.forEach((label, k) => {
      const found = bestThreshold(rankLabel(probabilities, targets, k, c.labels.length));
      const f1At = (threshold: number) => {
        const { counts } = labelsView({ ...data(c), thresholds: c.labels.map(() => threshold) });
        const [tp, wrong] = [counts.truePositives[k]!, counts.falsePositives[k]! + counts.falseNegatives[k]!];
        return (2 * tp) / (2 * tp + wrong);
      };
      const positives = c.targets.filter((t, i) => i % c.labels.length === k && t === 1).length;
      if (positives === 0) {
        expect(found, label).toBeUndefined();
        return;
      }
      const best = Math.max(...Array.from({ length: 199 }, (_, i) => f1At((i + 1) / 200)));
      expect(f1At(found!.threshold), label).toBeCloseTo(found!.f1, 12);
      expect(found!.f1, label).toBeGreaterThanOrEqual(best - 1e-12);
    });
  }
});
