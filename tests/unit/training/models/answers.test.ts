import { expect, it } from "vitest";
import type { FittedTarget } from "../../../../src-main/features/fitted.js";
import { evaluateBinary } from "../../../../src-main/metrics/index.js";
import { predictionOf } from "../../../../src-main/training/judging/judge.js";
import { answerColumns, answerHead } from "../../../../src-main/training/models/answers.js";

const binary = { name: "y", type: "binary", column: "y", classes: ["no", "yes"] } as unknown as FittedTarget;
const category = { name: "c", type: "category", column: "c", classes: ["a", "b", "c"] } as unknown as FittedTarget;
const numeric = { name: "n", type: "numeric", columns: ["n"] } as unknown as FittedTarget;

it.each([
  ["binary", binary, [NaN], ["", "NaN", "NaN"]],
  ["binary, a number", binary, [0.75], ["yes", "0.25", "0.75"]],
  ["category", category, [0.5, NaN, 0.5], ["", "0.5", "NaN", "0.5"]],
  ["category, numbers", category, [0.25, 0.5, 0.25], ["b", "0.25", "0.5", "0.25"]],
  ["numeric", numeric, [NaN], ["NaN"]],
] as const)("an answer that is no number decides nothing, and its cell is empty: %s", (_, target, outputs, cells) => {
  expect(answerColumns(target).cells(Float32Array.from(outputs))).toEqual(cells);
});

it.each([
  [0.25, 0],
  [0.5, 0],
  [0.5 + 2 ** -20, 1],
])("a probability of %d decides %d: yes above the threshold and not at it, in an answer, in training and in a metric", (probability, yes) => {
  const outputs = Float32Array.of(probability);
  const classes = ["no", "yes"] as const;
  expect(answerColumns(binary, 0.5).cells(outputs)[0]).toBe(classes[yes]);
  expect(predictionOf({ kind: "binary", classes, threshold: 0.5 }, outputs)).toBe(yes);
  expect(evaluateBinary({ probabilities: outputs, targets: Int32Array.of(yes), threshold: 0.5 }).values["accuracy"]).toBe(1);
});

it("no two columns of a file of answers have one name", () => {
  expect(answerHead([{ head: ["y", "y:a"] }, { head: ["z"] }])).toEqual(["sample", "y", "y:a", "z"]);
  expect(answerHead([{ head: ["sample"] }])).toEqual(["sample number", "sample"]);
});
