import { expect, it } from "vitest";
import { nameLevels } from "../../../../src-main/datasets/pictures/name-levels.js";

const pictures = (...folders: readonly string[]) => folders.map((folder) => ({ path: `${folder}/1.png`, labels: folder.split("/") }));

it.each([
  ["code points", pictures("Greek/U+03B1", "Latin/U+0061"), [undefined, "character"]],
  ["keys", pictures("alphabet=Greek/letter=a", "alphabet=Latin/letter=b"), ["alphabet", "letter"]],
  ["a word and numbers", pictures("Fold 1/Character01", "Fold 2/Character02"), ["fold", "character"]],
  ["years", pictures("1998/cats", "2011/dogs"), ["year", undefined]],
  ["words that say nothing", pictures("class1/cats", "class2/dogs"), [undefined, undefined]],
  ["one folder alone", pictures("Fold 1/Character01", "Fold 1/Character02"), [undefined, "character"]],
  ["the same word twice", pictures("part1/part1", "part2/part2"), ["part", undefined]],
  ["different words", pictures("cat1", "dog1"), [undefined]],
])("names levels by %s", (_, listed, expected) => {
  expect(nameLevels(listed, expected.length)).toEqual(expected);
});
