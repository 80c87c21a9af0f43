import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { prepareData } from "../../../src-main/datasets/index.js";
import { createProject } from "../../../src-main/services/projects/create-project.js";
import { trashRuns } from "../../../src-main/services/runs/run-trash.js";
import { writeWhole } from "../../../src-main/services/files/state-folder.js";
import { RunFolder } from "../../../src-main/training/runs/run-folder.js";
import { creditTable } from "../../support/lathe.js";
import { pictureData, writeClasses } from "../../support/pictures.js";
import { readOnlyDisk } from "../../support/read-only-disk.js";
import { surveyHere } from "../../support/survey.js";
import { compile } from "../../support/tables.js";

/** Node says of a folder that is to be made there that it is gone. */
it("a disk that is read-only is called so, whatever was to be written", async ({ skip }) => {
  const disk = await readOnlyDisk(async (folder) => {
    mkdirSync(join(folder, "project", "runs", "0001"), { recursive: true });
    mkdirSync(join(folder, "fresh"));
    await writeClasses(join(folder, "project", "pictures"), ["a", "b"], 10);
  });
  if (disk === undefined) skip("a disk that is read-only is mounted by root on Linux only");
  const folder = join(disk!, "project");
  const question = { folder, data: pictureData("pictures"), seed: 1, cacheFolder: join(folder, ".lathe", "cache"), compile };
  const work: Readonly<Record<string, () => unknown>> = {
    "a project": () => createProject({ folder: join(disk!, "new", "project"), template: "tabular", data: creditTable, ...surveyHere }),
    "the trash": () => trashRuns(folder, ["0001"], () => false),
    pictures: () => prepareData(question),
    "a first run": () => RunFolder.create(join(disk!, "fresh")),
    "a run": () => RunFolder.create(folder),
  };
  for (const [what, write] of Object.entries(work)) {
    const thrown: unknown = await Promise.resolve()
      .then(write)
      .catch((error: unknown) => error);
    expect(thrown, what).toMatchObject({
      code: "run.storage",
      message: expect.stringMatching(/^(the prepared data in )?\S+ cannot be written: the disk is read-only; choose another folder/) as string,
    });
  }
  await expect(writeWhole(join(disk!, "state", "settings.json"), "{}")).rejects.toMatchObject({ code: "EROFS" });
});
