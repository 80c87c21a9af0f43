import { expect, test } from "vitest";
import { curvesOf } from "../../../src-main/services/evaluation/evaluation-curves.js";
import { oneLabel } from "../../../src-main/services/evaluation/one-label.js";
import type { KeptTarget } from "../../../src-main/training/runs/kept-predictions.js";

const target: KeptTarget = {
  name: "tags",
  kind: "labels",
  width: 2,
  classes: ["rain", "wind"],
  thresholds: [0.5, 0.25],
  outputs: Float32Array.of(0.75, 0.125, 0.25, 0.5, 0.5, 1),
  truths: Float32Array.of(1, 0, 0, 1, 0, 1),
};

test("a label of several is looked at as a target of yes or no, with its own threshold", () => {
  const wind = oneLabel(target, "wind");
  expect(wind).toEqual({
    name: "tags",
    kind: "binary",
    width: 1,
    classes: ["not wind", "wind"],
    threshold: 0.25,
    outputs: Float32Array.of(0.125, 0.5, 1),
    truths: Float32Array.of(0, 1, 1),
  });
  expect(curvesOf(wind, undefined)).toMatchObject({ positives: 2, negatives: 1, auroc: 1 });
});

test("a label that is not there, or none, is told", () => {
  expect(() => oneLabel(target, "hail")).toThrow('target tags has no label "hail"; it has rain, wind');
  expect(() => oneLabel(target, undefined)).toThrow("target tags has 2 labels (rain, wind): say which one is meant");
  const number: KeptTarget = { name: "y", kind: "numeric", width: 1, columns: ["y"], outputs: Float32Array.of(1), truths: Float32Array.of(1) };
  expect(oneLabel(number, undefined)).toBe(number);
  expect(() => oneLabel(number, "rain")).toThrow('target y has no labels, got label "rain"');
});
