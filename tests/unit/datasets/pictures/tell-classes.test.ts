import { expect, it } from "vitest";
import type { PictureListing } from "../../../../src-main/datasets/pictures/list-pictures.js";
import { tellClasses, tellRecurring } from "../../../../src-main/datasets/pictures/tell-classes.js";

const counts = new Map([
  ["ant", 9],
  ["bee", 3],
  ["cow", 2],
  ["dog", 1],
]);

function folder(root: string, classes: readonly string[]): PictureListing {
  return { root, pictures: classes.map((name) => ({ path: `${name}/1.png`, labels: [name] })), empty: [], warnings: [] };
}

it("names classes with fewer pictures than there are parts to split off", () => {
  expect(tellClasses(counts, {})).toEqual([
    'too few pictures of "cow" (2 pictures), "dog" (1 picture) for training, validation and test; add pictures, or nothing will say how well they are told',
  ]);
  expect(tellClasses(counts, { validation: folder("/v", ["ant", "bee", "cow", "dog"]) })).toEqual([
    'too few pictures of "dog" (1 picture) for training and test; add pictures, or nothing will say how well it is told',
  ]);
});

it("names classes that a folder of a part lacks, or has alone", () => {
  expect(tellClasses(counts, { validation: folder("/v", ["ant", "bee", "dog"]), test: folder("/t", ["ant", "bee", "cow", "dog", "Ant"]) })).toEqual([
    'the validation folder /v has no picture of "cow"; add some, or nothing there will say how well it is told',
    'only the test folder /t has pictures of "Ant", which cannot be learnt without pictures to train on; add some, or rename the folder as in training',
  ]);
});

it("leaves it to evaluation to say that nothing fits", () => {
  expect(tellClasses(new Map([["ant", 9]]), { test: folder("/t", ["bee"]) })).toHaveLength(1);
});

it("says which folders of one name within different folders become one class, where they are to be predicted", () => {
  const listing = (...folders: readonly string[]) => ({ pictures: folders.map((path) => ({ path: `${path}/1.png`, labels: path.split("/") })) });
  const levels = ["alphabet", "character"];
  const signs = listing("Al pha/character01", "Al pha/character02", "Bé,ta/character01", "Bé,ta/character03");
  expect(tellRecurring(signs, levels, levels)).toEqual([
    '1 of 3 values of character stands in several values of alphabet, such as "character01" in "Al pha", "Bé,ta": each is one class; rename the folders ' +
      "where they are different things",
  ]);
  expect(tellRecurring(signs, levels, ["alphabet"])).toEqual([]);
  expect(tellRecurring(listing("a/x", "b/y"), levels, levels)).toEqual([]);
  expect(tellRecurring(listing("a/x/1", "a/y/1", "b/x/2"), ["group", ...levels], ["alphabet", "character"])).toEqual([
    '1 of 2 values of alphabet stands in several values of group, such as "x" in "a", "b": each is one class; rename the folders where they are different ' +
      "things",
    '1 of 2 values of character stands in several values of group/alphabet, such as "1" in "a/x", "a/y": each is one class; rename the folders where they ' +
      "are different things",
  ]);
});
