import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../../../src-main/base/entries.js";
import { principalComponents } from "../../../../src-main/training/explaining/principal-components.js";

interface Golden {
  readonly n: number;
  readonly d: number;
  readonly shares: readonly number[];
  /** Of the first 40 rows at most, `[rows, 3]`. */
  readonly scores: readonly number[];
}
const goldens = JSON.parse(readFileSync(join(packageRoot, "tests", "fixtures", "numpy", "components.json"), "utf8")) as readonly Golden[];

/** As tests/fixtures/numpy/generate_components.py makes them. */
function rows(n: number, d: number): Float32Array {
  let state = 12345;
  const draw = () => {
    state = Number((BigInt(state) * 1103515245n + 12345n) % 2147483648n);
    return (state >> 8) / 2 ** 23 - 0.5;
  };
  const make = (count: number, width: number) => Array.from({ length: count }, () => Array.from({ length: width }, draw));
  const [hidden, directions] = [make(n, 6), make(6, d)];
  const strengths = [4, 3, 2, 1, 0.5, 0.25];
  return Float32Array.from(
    hidden.flatMap((h) =>
      Array.from({ length: d }, (_, j) => h.reduce((sum, value, k) => sum + value * strengths[k]! * directions[k]![j]!, 0) + draw() / 8 + (j % 3)),
    ),
  );
}

describe("principal components", () => {
  it.each(goldens)("are numpy's, of $n rows of $d numbers", async ({ n, d, shares, scores }) => {
    const found = await principalComponents(rows(n, d), d, 3, 3);
    expect(found.count).toBe(3);
    found.shares.forEach((share, k) => expect(share).toBeCloseTo(shares[k]!, 6));
    const largest = Math.max(...scores.map(Math.abs));
    scores.forEach((score, k) => expect(Math.abs(found.scores[k]! - score) / largest).toBeLessThan(1e-4));
  });

  it("are the same bytes for the same rows, whatever else is asked of them", async () => {
    const data = rows(50, 20);
    const [first, again] = [await principalComponents(data, 20, 5, 2), await principalComponents(data, 20, 5, 2)];
    expect(first).toEqual(again);
  });

  it("are as many as rows and columns allow, and none of nothing", async () => {
    expect((await principalComponents(rows(4, 9), 9, 8, 2)).count).toBe(3);
    expect((await principalComponents(rows(9, 2), 2, 8, 2)).count).toBe(2);
    expect(await principalComponents(rows(1, 9), 9, 8, 2)).toEqual({ count: 0, scores: new Float32Array(0), shares: [] });
    expect((await principalComponents(new Float32Array(0), 0, 8, 2)).count).toBe(0);
  });

  it("have no variance where all rows are the same", async () => {
    const { scores, shares } = await principalComponents(new Float32Array(40).fill(0.25), 4, 2, 2);
    expect(shares).toEqual([0, 0]);
    expect([...scores].every((value) => value === 0)).toBe(true);
  });
});
