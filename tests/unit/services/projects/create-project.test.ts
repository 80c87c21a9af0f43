import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createProject } from "../../../../src-main/services/projects/create-project.js";
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
