import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../../src-main/base/random.js";
import { NEAREST, NEAREST_TRAINING, nearestRows, nearestTo, oddRows, unitRows } from "../../../../src-main/training/explaining/neighbours.js";
import { principalComponents } from "../../../../src-main/training/explaining/principal-components.js";

/** 1 − cosine as the search rounds it, of every other row, sorted. */
function bySorting(units: Float32Array, d: number, i: number, among: number, most: number): { places: number[]; distances: number[] } {
  const n = units.length / d;
  const distance = (j: number) => {
    let sum = 0;
    for (let k = 0; k < d; k++) sum += units[i * d + k]! * units[j * d + k]!;
    return Math.fround(Math.min(2, Math.max(0, 1 - sum)));
  };
  const others = Array.from({ length: Math.min(n, among) }, (_, j) => j)
    .filter((j) => j !== i)
    .map((j) => ({ j, at: distance(j) }))
    .sort((a, b) => a.at - b.at || a.j - b.j)
    .slice(0, most);
  return { places: others.map(({ j }) => j), distances: others.map(({ at }) => at) };
}

function clouds(n: number, d: number, seed: string): Float32Array {
  const random = new Random("clouds", seed);
  const centres = Array.from({ length: 4 }, () => Array.from({ length: d }, () => random.normal()));
  return unitRows(Float32Array.from(Array.from({ length: n }, (_, i) => centres[i % 4]!.map((c) => c + 0.3 * random.normal())).flat()), d);
}

describe("the nearest rows", () => {
  it("are those of sorting all, the earlier of equally near ones first, with few components to go by or none", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 2, maxLength: 90 }), fc.nat(40), fc.boolean(), async (values, trained, goesBy) => {
        const d = 2;
        const units = unitRows(Float32Array.from(values.slice(0, values.length - (values.length % d))), d);
        const n = units.length / d;
        const { scores } = await principalComponents(units, d, 1, 1);
        const { all, training } = await nearestRows({ units, d, trained: Math.min(n, trained), ...(goesBy ? { scores } : {}) });
        for (let i = 0; i < n; i++)
          for (const [found, among, most] of [
            [all, n, NEAREST],
            [training, Math.min(n, trained), NEAREST_TRAINING],
          ] as const) {
            const { places } = bySorting(units, d, i, among, most);
            expect([...found.places.subarray(i * most, (i + 1) * most)]).toEqual([...places, ...Array.from({ length: most - places.length }, () => -1)]);
          }
      }),
      { numRuns: 60 },
    );
  });

  it("are found among hundreds by fewer dimensions as by all", async () => {
    const [n, d, trained] = [300, 40, 200];
    const units = clouds(n, d, "many");
    const { scores } = await principalComponents(units, d, 8, 2);
    const { all, training } = await nearestRows({ units, d, trained, scores });
    for (let i = 0; i < n; i++) {
      const any = bySorting(units, d, i, n, NEAREST);
      expect([...all.places.subarray(i * NEAREST, (i + 1) * NEAREST)]).toEqual(any.places);
      expect([...all.distances.subarray(i * NEAREST, (i + 1) * NEAREST)]).toEqual(any.distances);
      expect([...training.places.subarray(i * NEAREST_TRAINING, (i + 1) * NEAREST_TRAINING)]).toEqual(bySorting(units, d, i, trained, NEAREST_TRAINING).places);
    }
  });

  it("of one more row are those that it would have among them", () => {
    const [n, d] = [60, 12];
    const units = clouds(n, d, "one more");
    const found = nearestTo(units.slice(59 * d), units, 50);
    expect([...found.places]).toEqual(bySorting(units, d, 59, 50, NEAREST_TRAINING).places);
  });
});

describe("odd rows", () => {
  it("are copies, near duplicates and strangers, and no others", async () => {
    const d = 24;
    const random = new Random("odd");
    const units = clouds(200, d, "odd");
    const copy = units.slice(0, d);
    const near = units.slice(5 * d, 6 * d).map((value) => value + 0.002 * random.normal());
    const stranger = Float32Array.from({ length: d }, (_, k) => -units.reduce((sum, value, i) => sum + (i % d === k ? value : 0), 0));
    const all = unitRows(Float32Array.of(...units, ...copy, ...near, ...stranger), d);
    const { all: nearest } = await nearestRows({ units: all, d, trained: 200 });
    const found = oddRows(nearest);
    expect(found.duplicates.map(({ a, b }) => [a, b])).toEqual([
      [0, 200],
      [5, 201],
    ]);
    expect(found.duplicates[0]?.distance).toBeLessThan(1e-6);
    expect(found.outliers.map(({ place }) => place)).toEqual([202]);
    expect(found.outlierAbove).toBeLessThan(found.outliers[0]!.distance);
  });

  it("are none among rows that are all as far, and none of nothing", async () => {
    const d = 8;
    const units = unitRows(
      Float32Array.from({ length: d * d }, (_, k) => (Math.floor(k / d) === k % d ? 1 : 0)),
      d,
    );
    const { all } = await nearestRows({ units, d, trained: 4 });
    expect(oddRows(all)).toMatchObject({ duplicates: [], outliers: [], outlierAbove: null });
    const { all: none } = await nearestRows({ units: new Float32Array(0), d, trained: 0 });
    expect(oddRows(none)).toMatchObject({ duplicates: [], outliers: [], outlierAbove: null });
  });

  it("are found though a third of all rows are copies", async () => {
    const d = 24;
    const units = clouds(120, d, "third");
    const all = Float32Array.of(...units, ...units.slice(0, 60 * d));
    const { all: nearest } = await nearestRows({ units: all, d, trained: 120 });
    expect(oddRows(nearest).duplicates.map(({ a, b }) => b - a)).toEqual(Array.from({ length: 60 }, () => 120));
  });
});
