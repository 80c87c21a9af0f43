import { expect, it } from "vitest";
import { checkClasses } from "../../../../src-main/datasets/pictures/check-classes.js";
import type { FittedTarget } from "../../../../src-main/features/fitted.js";
import { writeClasses } from "../../../support/pictures.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const kind: FittedTarget = { name: "kind", type: "category", column: "label", classes: ["ant", "bee", "mammoth"] };

/** The folder's classes against those of a model that knows ant, bee and mammoth. */
const check = (classes: Readonly<Record<string, number>>, path = "/p") =>
  checkClasses({ path, targets: [kind], classesIn: (column) => (column === "label" ? new Map(Object.entries(classes)) : undefined), levels: 1 });

it("says nothing of classes that are known, in whatever form of Unicode", async () => {
  expect(await check({ ant: 3, bee: 2 })).toEqual([]);
  const accented: FittedTarget = { ...kind, classes: ["f\u00e9vrier", "mai"] };
  expect(await checkClasses({ path: "/p", targets: [accented], classesIn: () => new Map([["f\u00e9vrier", 1]]), levels: 1 })).toEqual([]);
});

it("says nothing of any class to a model that answers with points", async () => {
  const points: FittedTarget = { name: "kind", type: "embedding", column: "label", classes: ["ant", "bee"], dimensions: 2 };
  expect(await checkClasses({ path: "/p", targets: [points], classesIn: () => new Map([["yak", 3]]), levels: 1 })).toEqual([]);
});

it("names a class that is not known, with the nearest known one", async () => {
  expect(await check({ ant: 3, mamoth: 2, zebra: 1 })).toEqual([
    '2 pictures of /p are of the class "mamoth", which the model does not know, and are excluded; did you mean "mammoth"?',
    '1 picture of /p is of the class "zebra", which the model does not know, and is excluded; it knows ant, bee, mammoth',
  ]);
});

it("refuses a folder none of whose classes is known, with both lists", async () => {
  await expect(check({ yak: 3, zebra: 1 })).rejects.toMatchObject({
    code: "data.target",
    message: "no class of /p is one that the model knows: got yak, zebra, expected ant, bee, mammoth",
    details: { found: ["yak", "zebra"], known: ["ant", "bee", "mammoth"] },
  });
  await expect(check({ Ant: 3, BEE: 1 })).rejects.toThrow("the names differ in upper and lower case only; rename the folders");
});

it("leads from a folder of parts to the part", async () => {
  const folder = temporaryFolder();
  for (const part of ["train", "test"]) await writeClasses(`${folder}/${part}`, ["ant", "bee"], 1);
  await expect(check({ train: 2, test: 2 }, folder)).rejects.toThrow(`its folders of parts have them: choose one, such as ${folder}/test`);
});
