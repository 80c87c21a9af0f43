import { expect, it } from "vitest";
import type { PictureListing } from "../../../../src-main/datasets/pictures/list-pictures.js";
import { tellClasses } from "../../../../src-main/datasets/pictures/tell-classes.js";

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
