import { expect, it } from "vitest";
import { mostMistaken } from "../../../src-renderer/charts/most-mistaken.js";

const judged = (truth: string, predicted?: string) => ({ truth, predicted });

it("names the classes that are mistaken most, in their own order", () => {
  const rows = [judged("d", "a"), judged("d", "a"), judged("b", "c"), judged("b", "b"), judged("e"), judged("e"), judged("e")];
  expect(mostMistaken(["a", "b", "c", "d", "e"], rows, 2)).toEqual(["a", "d"]);
  expect(mostMistaken(["a", "b", "c", "d", "e"], rows, 3)).toEqual(["a", "b", "d"]);
});

it("names the most frequent where nothing is mistaken, and all where they are few", () => {
  const rows = [judged("b", "b"), judged("c"), judged("c"), judged("a", "a"), { truth: undefined, predicted: "a" }];
  expect(mostMistaken(["a", "b", "c"], rows, 1)).toEqual(["c"]);
  expect(mostMistaken(["a", "b", "c"], rows, 7)).toEqual(["a", "b", "c"]);
});
