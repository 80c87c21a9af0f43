import { expect, it } from "vitest";
import type { FittedTarget } from "../../../../src-main/features/fitted.js";
import { answerColumns } from "../../../../src-main/training/models/answers.js";

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
