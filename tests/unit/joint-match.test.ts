import { expect, test } from "vitest";
import { jointMatch } from "../../src-main/metrics/joint-match.js";
import { jointMetrics } from "../../src-main/training/judging/joint-metrics.js";

const decisions = (decided: readonly number[], truths: readonly number[]) => ({ decided: (place: number) => decided[place]!, truths });

test("a sample counts where its classes are right for all targets", () => {
  const targets = [decisions([0, 2, 0, 1], [0, 2, 0, 0]), decisions([1, 2, 2, 0], [1, 1, 2, 1])];
  expect(jointMatch(targets, 4)).toBe(0.5);
});

test("a sample of which a class is not known is neither right nor wrong", () => {
  expect(jointMatch([decisions([0, 0, 1], [0, -1, 0]), decisions([1, 1, 1], [1, 1, Number.NaN])], 3)).toBe(1);
  expect(jointMatch([decisions([0], [-1]), decisions([0], [0])], 1)).toBeUndefined();
});

test("it is told of two targets of classes or more, whatever numbers are predicted beside them", () => {
  const yes = { target: { kind: "binary" as const, classes: ["0", "1"] as const, threshold: 0.5 }, outputs: Float32Array.of(0.9, 0.2), truths: [1, 1] };
  const kind = { target: { kind: "category" as const, classes: ["a", "b"] }, outputs: Float32Array.of(0.9, 0.1, 0.2, 0.8), truths: [0, 1] };
  const size = { target: { kind: "numeric" as const, columns: ["size"] }, outputs: Float32Array.of(1, 2), truths: [3, 4] };
  expect(jointMetrics([yes, size], 2)).toEqual({});
  expect(jointMetrics([yes, size, kind], 2)).toEqual({ exactMatch: 0.5 });
});
