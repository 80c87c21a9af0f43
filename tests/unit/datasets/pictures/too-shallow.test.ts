import { cpSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { prepareData, readTable } from "../../../../src-main/datasets/index.js";
import { pictureData, writePicture } from "../../../support/pictures.js";
import { compile } from "../../../support/tables.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

it("a folder without the levels that a model reads beside its pictures is refused with what would do", async () => {
  const folder = temporaryFolder();
  for (const path of ["A/one", "A/two", "B/one", "B/two"]) for (let i = 0; i < 6; i++) await writePicture(folder, `signs/${path}/${i}.png`);
  const levels = ["alphabet", "character"];
  const { inputs } = pictureData("signs");
  const data = pictureData("signs", {
    source: { levels },
    inputs: [...inputs, { name: "alphabet", type: "category", column: "alphabet" }],
    targets: [{ name: "character", type: "category", column: "character" }],
  });
  const { fitted } = await prepareData({ folder, data, seed: 3, cacheFolder: join(folder, "cache"), compile });
  const read = (path: string, targets: "none" | "required") => readTable({ fitted, folder, path, workFolder: temporaryFolder(), targets });
  const shallow = join(folder, "signs", "A");
  await expect(read(shallow, "none")).rejects.toMatchObject({
    code: "data.empty",
    message:
      `${shallow} has 12 pictures, but not in 2 levels of folders for alphabet and character, and the model reads alphabet; give a folder that has them, ` +
      "or a table with the columns image and alphabet, of which image holds the pictures' paths",
  });
  await expect(read(shallow, "required")).rejects.toThrow("or a table with the columns image, alphabet and character, of which image holds");
  cpSync(join(folder, "signs"), join(folder, "more"), { recursive: true });
  let rows = 0;
  for await (const { size } of await read(join(folder, "more"), "none")) rows += size;
  expect(rows).toBe(24);
});
