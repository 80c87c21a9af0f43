import { describe, expect, it } from "vitest";
import { Random } from "../../../../src-main/base/random.js";
import { suspectLabels } from "../../../../src-main/services/evaluation/label-errors.js";
import { outOfFold } from "../../../../src-main/training/explaining/out-of-fold.js";
import { principalComponents } from "../../../../src-main/training/explaining/principal-components.js";

const [n, d, classes] = [300, 10, 3];

/** Clouds so far apart, or nothing but noise; every sixteenth row has the next class's label. */
async function labelled(apart: number, seed: string) {
  const random = new Random("labelled", seed);
  const centres = Array.from({ length: classes }, () => Array.from({ length: d }, () => apart * random.normal()));
  const actual = Int32Array.from({ length: n }, (_, i) => i % classes);
  const features = Float32Array.from([...actual].flatMap((k) => centres[k]!.map((c) => c + random.normal())));
  const swapped = new Set(Array.from({ length: Math.floor(n / 16) }, (_, k) => 16 * k));
  const labels = actual.map((k, i) => (swapped.has(i) ? (k + 1) % classes : k));
  const { scores, count } = await principalComponents(features, d, 64, 2);
  return { data: { rows: scores, m: count, labels, classes }, swapped };
}

function suspectsOf({ labels }: { readonly labels: Int32Array }, outputs: Float32Array) {
  const target = { name: "t", kind: "category" as const, width: classes, classes: ["a", "b", "c"], outputs, truths: labels };
  return suspectLabels([{ split: "train", rows: Uint32Array.from({ length: n }, (_, i) => i), target }]);
}

describe("what a head says of rows that it did not learn from", () => {
  it("doubts most labels that were swapped, and few others", async () => {
    const { data, swapped } = await labelled(2, "clear");
    const { suspects, trust } = suspectsOf(data, await outOfFold(data, 1));
    expect(trust.enough).toBe(true);
    const right = suspects.filter(({ row }) => swapped.has(row)).length;
    expect(right / swapped.size).toBeGreaterThan(0.6);
    expect(right / suspects.length).toBeGreaterThan(0.9);
  });

  it("is not trusted where the features say nothing of the classes", async () => {
    const { data } = await labelled(0, "noise");
    const { trust } = suspectsOf(data, await outOfFold(data, 1));
    expect(trust.enough).toBe(false);
    expect(trust.accuracy).toBeLessThan(0.45);
  });

  it("are probabilities, the same for the same seed, and others for another", async () => {
    const { data } = await labelled(1, "seeds");
    const [first, again, other] = [await outOfFold(data, 1), await outOfFold(data, 1), await outOfFold(data, 2)];
    expect(first).toEqual(again);
    expect(first).not.toEqual(other);
    for (let i = 0; i < n; i++) expect(first.subarray(i * classes, (i + 1) * classes).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
  });

  it("is nothing of rows without a class, which no head learns from", async () => {
    const { data } = await labelled(2, "gaps");
    const labels = data.labels.map((k, i) => (i % 10 === 3 ? -1 : k));
    const told = await outOfFold({ ...data, labels }, 1);
    for (let i = 0; i < n; i++) expect(Number.isNaN(told[i * classes])).toBe(i % 10 === 3);
  });
});
