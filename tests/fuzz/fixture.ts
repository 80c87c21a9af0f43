import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { judgedProject } from "../support/judged-project.js";
import { lathe } from "../support/lathe.js";
import { blobProject, makePictures } from "../support/picture-project.js";

/**
 * What kinds begin with: a trained project over a table with inputs and targets of every kind, and one over pictures, as `table` and `pictures` of a folder.
 */
export async function makeFixture(folder: string): Promise<string> {
  mkdirSync(folder, { recursive: true });
  const judged = await judgedProject();
  await judged.studio.tables.close();
  renameSync(judged.project, join(folder, "table"));
  rmSync(judged.root, { recursive: true, force: true });
  const pictures = join(folder, "pictures");
  makePictures(join(pictures, "pictures"), 6);
  writeFileSync(join(pictures, "project.json"), JSON.stringify(blobProject("colour", 4, { epochs: 1, batchSize: 8 })));
  const { code, stderr } = await lathe("train", pictures, "--json");
  if (code !== 0) throw new Error(stderr);
  return folder;
}
