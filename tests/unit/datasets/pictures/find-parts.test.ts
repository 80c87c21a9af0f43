import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { findParts } from "../../../../src-main/datasets/pictures/find-parts.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

function folderOf(...paths: readonly string[]): string {
  const folder = temporaryFolder();
  for (const path of paths) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), "");
  }
  return folder;
}

const classes = (...parts: readonly string[]) => parts.flatMap((part) => [`${part}/cat/1.png`, `${part}/dog/1.png`]);

test.each<readonly [string, string | undefined, string | undefined]>([
  ["train", "valid", "test"],
  ["Training", undefined, "Testing"],
  ["training_set", undefined, "test_set"],
  ["seg_train", undefined, "seg_test"],
  ["Train", "Validation", undefined],
  ["train", "dev", undefined],
  ["train_images", "val_images", "test_images"],
  ["images/train", undefined, "images/test"],
])("%s, %s and %s are known by their names and the classes that they share", async (train, validation, other) => {
  const folder = folderOf(...classes(...[train, validation, other].filter((part) => part !== undefined)));
  const found = await findParts(folder, 1);
  expect(found).toMatchObject({
    path: join(folder, train),
    ...(validation === undefined ? {} : { validation: join(folder, validation) }),
    ...(other === undefined ? {} : { test: join(folder, other) }),
  });
  expect(found.notes.at(-1)).toMatch(/ is trained on/);
});

test("classes are no parts, whatever they are called", async () => {
  const folder = folderOf("train/1.png", "plane/1.png", "test/1.png");
  expect(await findParts(folder, 1)).toEqual({ path: folder, notes: [] });
});

test("a folder around all others is gone into, and one class alone is not", async () => {
  const folder = folderOf("pictures/cat/1.png", "pictures/dog/1.png", "readme.txt");
  expect(await findParts(folder, 1)).toEqual({
    path: join(folder, "pictures"),
    notes: [`${folder} holds nothing but the folder pictures, which is taken in its place`],
  });
  const single = folderOf("cat/1.png");
  expect(await findParts(single, 1)).toEqual({ path: single, notes: [] });
});

test("pictures for the test without classes are there to predict, and a folder of another name is told", async () => {
  const folder = folderOf(...classes("train"), "test/1.png", "more/cat/1.png");
  expect(await findParts(folder, 1)).toEqual({
    path: join(folder, "train"),
    notes: [
      `${join(folder, "train")} is trained on`,
      `${join(folder, "test")} has no folders of classes, so it can be no test: its 1 picture is not used, and is there to predict`,
      `${join(folder, "more")} is none of the parts by its name: its 1 picture is not used`,
    ],
  });
});
