import { describe, expect, test } from "vitest";
import { Random } from "../../../../src-main/base/random.js";
import { ALIKE, alikePairs } from "../../../../src-main/datasets/pictures/likeness.js";

const random = new Random(8, "likeness");
const fingerprint = () => Array.from({ length: 32 }, () => random.below(16).toString(16)).join("");

/** The same with some bits turned. */
function near(of: string, bits: number): string {
  const digits = Array.from({ length: 32 }, (_, k) => Number.parseInt(of.charAt(k), 16));
  for (const at of random.shuffle(Array.from({ length: 128 }, (_, k) => k)).slice(0, bits)) digits[at >> 2]! ^= 1 << (at & 3);
  return digits.map((digit) => digit.toString(16)).join("");
}

function differing(a: string, b: string): number {
  return Array.from(
    { length: 32 },
    (_, k) => (Number.parseInt(a.charAt(k), 16) ^ Number.parseInt(b.charAt(k), 16)).toString(2).replaceAll("0", "").length,
  ).reduce((sum, bits) => sum + bits, 0);
}

describe("pairs of pictures that look alike", () => {
  test("are all found, and no others: as comparing all with all finds them", () => {
    const some = Array.from({ length: 60 }, fingerprint);
    const all = [...new Set([...some, ...some.flatMap((of) => [1, 3, 5, 6, 8].map((bits) => near(of, bits)))])];
    const expected = all.flatMap((a, k) =>
      all
        .slice(k + 1)
        .filter((b) => differing(a, b) <= ALIKE)
        .map((b) => [a, b].sort().join()),
    );
    expect(expected.length).toBeGreaterThan(100);
    expect(
      alikePairs(all, 10_000)
        .map((pair) => [...pair].sort().join())
        .sort(),
    ).toEqual(expected.sort());
  });

  test("are told up to a number", () => {
    const of = fingerprint();
    expect(alikePairs([...new Set(Array.from({ length: 50 }, () => near(of, 2)))], 7)).toHaveLength(7);
  });
});
