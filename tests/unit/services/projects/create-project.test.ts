import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createProject } from "../../../../src-main/services/projects/create-project.js";
import { readFileSync } from "node:fs";
import { parseProject } from "../../../../src-main/contract/project.js";
import type { PictureProposal } from "../../../../src-main/datasets/pictures/propose-pictures.js";
import { templateForFolder } from "../../../../src-main/services/projects/picture-columns.js";
import { writePicture } from "../../../support/pictures.js";
import { surveyHere } from "../../../support/survey.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

/** Two alphabets with two characters of the same names, three pictures each. */
async function signs(): Promise<string> {
  const folder = temporaryFolder();
  for (const path of ["A/one", "A/two", "B/one", "B/two"]) for (const i of [1, 2, 3]) await writePicture(folder, `${path}/${i}.png`);
  return folder;
}

const projectOf = (data: string, more: object) => createProject({ folder: join(temporaryFolder(), "project"), data, ...more, ...surveyHere });

describe("a folder with levels of folders", () => {
  const levels = ["alphabet", "character"];

  it("is asked for all levels by the template of several answers, without those that are read", async () => {
    const data = await signs();
    const { targets, notes } = await projectOf(data, { template: "two-output", levels });
    expect(targets.map(({ name }) => name)).toEqual(levels);
    expect(notes).toContainEqual(expect.stringMatching(/^2 of 2 values of character stand in several values of alphabet, such as "one" in "A", "B": each/));
    await expect(projectOf(data, { template: "two-output", levels, inputs: ["alphabet"] })).rejects.toThrow(
      "needs at least two targets, got 1; name each of the levels to predict, of alphabet, character, with --target",
    );
  });

  it("is asked for the innermost of its levels, and where none is named for the outermost folders", async () => {
    const data = await signs();
    expect((await projectOf(data, { levels })).targets.map(({ name }) => name)).toEqual(["character"]);
    const { targets, notes } = await projectOf(data, {});
    expect(targets.map(({ name }) => name)).toEqual(["label"]);
    expect(notes).toContainEqual(expect.stringContaining("the outermost folder is taken as the class"));
  });

  it("has no level that is both predicted and read", async () => {
    const both = projectOf(await signs(), { levels, targets: ["character"], inputs: ["character"] });
    await expect(both).rejects.toMatchObject({
      code: "usage",
      message: 'the column "character" is both a target and an input, expected one of the two; name it once',
    });
  });
});

it("a table has no column that is both predicted and read", async () => {
  const data = join(temporaryFolder(), "t.csv");
  writeFileSync(data, `a,b,c\n${Array.from({ length: 20 }, (_, i) => `${i},${(i * 7) % 5}.5,${i % 2}`).join("\n")}\n`);
  await expect(projectOf(data, { targets: ["b"], inputs: ["a", "b"] })).rejects.toThrow('the column "b" is both a target and an input');
  expect((await projectOf(data, { targets: ["b"], inputs: ["a"] })).targets).toMatchObject([{ name: "b" }]);
});

describe("a folder of pictures in colour", () => {
  const few = async (color: 1 | 3) => {
    const folder = join(temporaryFolder(), "pets");
    for (const name of ["cats", "dogs"]) for (let i = 0; i < 3; i++) await writePicture(folder, `${name}/${i}.png`, { width: 90, height: 80, channels: color });
    return folder;
  };
  const blocksOf = (file: string) => parseProject(JSON.parse(readFileSync(file, "utf8"))).model.blocks ?? {};

  it("begins from a pretrained network where they are few, and says so; from scratch where that is asked for", async () => {
    const data = await few(3);
    const { file, notes } = await projectOf(data, {});
    expect(blocksOf(file)["backbone"]?.pretrained).toBe("efficientnet-lite0");
    expect(notes).toContainEqual(expect.stringContaining("because 6 pictures are few to learn from alone; the template images begins from scratch"));
    expect(notes).toContain("each is resized to 160 × 160");
    const scratch = await projectOf(data, { template: "images" });
    expect([blocksOf(scratch.file), scratch.notes.filter((note) => /pretrained|resized/.test(note))]).toEqual([{}, []]);
  });

  it("learns in the way that is asked for, which is refused without a pretrained network", async () => {
    const data = await few(3);
    const { file } = await projectOf(data, { learn: "end" });
    expect(parseProject(JSON.parse(readFileSync(file, "utf8"))).training.groups?.[0]).toEqual({ layers: ["backbone.*Norm"], frozen: true });
    await expect(projectOf(data, { template: "images", learn: "end" })).rejects.toThrow(/--learn end is of networks with a pretrained block/);
  });

  it("begins from scratch where they are gray", async () => {
    expect(blocksOf((await projectOf(await few(1), {})).file)).toEqual({});
  });

  it("begins from scratch where they are many", () => {
    const { inputs, targets } = {
      inputs: [{ name: "image", type: "image", column: "image", size: [64, 64] }],
      targets: [{ name: "label", type: "category", column: "label" }],
    } as unknown as PictureProposal;
    const templateOf = (pictures: number) => templateForFolder({ inputs, targets, pictures }).template;
    expect([2999, 3000].map(templateOf)).toEqual(["efficientnet-lite0", "images"]);
  });
});
