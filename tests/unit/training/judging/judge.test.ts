import { expect, it } from "vitest";
import { type JudgedTarget, countGaps } from "../../../../src-main/training/judging/judge.js";

const gap = Number.NaN;

it.each([
  ["category", { kind: "category", classes: ["a", "b", "c"] }, Int32Array.of(2, -1, 0), 3, 1],
  ["binary", { kind: "binary", classes: ["no", "yes"], threshold: 0.5 }, Float32Array.of(1, gap, gap), 3, 2],
  ["labels", { kind: "labels", classes: ["a", "b"], thresholds: [0.5, 0.5] }, Float32Array.of(1, 0, gap, 1, gap, gap), 3, 2],
  ["numeric, below 0", { kind: "numeric", columns: ["a", "b"] }, Float32Array.of(-1, -2, gap, -1, gap, gap), 3, 2],
  ["numeric, no rows", { kind: "numeric", columns: ["a"] }, new Float32Array(), 0, 0],
] satisfies readonly (readonly [string, JudgedTarget, Float32Array | Int32Array, number, number])[])(
  "rows that lack a truth, or a part of it, are counted once: %s",
  (_, target, truth, rows, gaps) => {
    expect(countGaps(target, truth, rows)).toBe(gaps);
  },
);
