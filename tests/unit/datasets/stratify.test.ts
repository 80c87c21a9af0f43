import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quotas, stratify } from "../../../src-main/datasets/stratify.js";

const codes = (rows: number, classes: number) => fc.array(fc.integer({ min: -1, max: classes - 1 }), { minLength: rows, maxLength: rows });
const shares = fc.record({ validation: fc.double({ min: 0, max: 0.45, noNaN: true }), test: fc.double({ min: 0, max: 0.45, noNaN: true }) });
const tables = fc.integer({ min: 1, max: 150 }).chain((rows) => fc.tuple(codes(rows, 3), codes(rows, 6)));

/** Rows of a class by part. */
function partsOf(labels: readonly number[], code: number, parts: Int8Array): number[] {
  return [0, 1, 2].map((part) => labels.filter((label, row) => label === code && parts[row] === part).length);
}

describe("parts stratified by several targets", () => {
  it("hold every row once, none where none was asked for, the same for the same rows", () => {
    fc.assert(
      fc.property(tables, shares, ([a, b], share) => {
        const deal = () => stratify([Int32Array.from(a), Int32Array.from(b)], a.length, share);
        const parts = deal();
        expect(deal()).toEqual(parts);
        expect([...parts].every((part) => part === 0 || (part === 1 ? share.validation : share.test) > 0)).toBe(true);
      }),
    );
  });

  it("hold of each class of each target about its share, where its rows are many", () => {
    fc.assert(
      fc.property(fc.tuple(codes(400, 4), codes(400, 5)), ([a, b]) => {
        const share = { validation: 0.15, test: 0.15 };
        const parts = stratify([Int32Array.from(a), Int32Array.from(b)], 400, share);
        for (const labels of [a, b])
          for (const code of new Set(labels.filter((label) => label >= 0))) {
            const own = partsOf(labels, code, parts);
            quotas(labels.filter((label) => label === code).length, share).forEach((wanted, part) =>
              // Rows cannot fit both targets exactly: 6,000 such tables were within 6.
              expect(Math.abs(own[part]! - wanted)).toBeLessThanOrEqual(9),
            );
          }
      }),
      { numRuns: 50 },
    );
  });

  it("each hold a row of a rare class, whichever target it is of", () => {
    // Three of 300 rows are of class 1 of the first target, three others of class 1 of the second, and three of a combination of two common ones.
    const a = Int32Array.from({ length: 300 }, (_, i) => (i % 100 === 7 ? 1 : i % 100 === 9 ? 2 : 0));
    const b = Int32Array.from({ length: 300 }, (_, i) => (i % 100 === 8 ? 1 : i % 100 === 9 ? 2 : 0));
    const parts = stratify([a, b], 300, { validation: 0.15, test: 0.15 });
    for (const [labels, code] of [
      [a, 1],
      [b, 1],
      [a, 2],
      [b, 2],
    ] as const)
      expect(partsOf([...labels], code, parts)).toEqual([1, 1, 1]);
    const sizes = [0, 1, 2].map((part) => parts.filter((p) => p === part).length);
    expect(sizes[1]).toBeGreaterThanOrEqual(44);
    expect(sizes[1]).toBeLessThanOrEqual(47);
  });

  it("keep their shares where a target has a class for every row", () => {
    const names = Int32Array.from({ length: 200 }, (_, i) => i);
    const parts = stratify([Int32Array.from(names, (i) => i % 2), names], 200, { validation: 0.2, test: 0.2 });
    expect([0, 1, 2].map((part) => parts.filter((p) => p === part).length)).toEqual([120, 40, 40]);
    expect(partsOf([...Int32Array.from(names, (i) => i % 2)], 0, parts)).toEqual([60, 20, 20]);
  });

  it("deal rows that agree in every target as one target's are dealt, in their order", () => {
    const a = Int32Array.from({ length: 100 }, (_, i) => i % 2);
    const parts = stratify([a, a], 100, { validation: 0.1, test: 0.2 });
    for (const code of [0, 1]) {
      const own = [...parts].filter((_, i) => i % 2 === code);
      expect(own).toEqual([...Array<number>(10).fill(2), ...Array<number>(5).fill(1), ...Array<number>(35).fill(0)]);
    }
  });
});
