import { writeClouds, type CloudChoices } from "./cloud-project.js";
import { trainOnce } from "./trained-once.js";

/** A project with runs that were really trained, one for each list of options of `lathe train`. @returns its folder */
export async function trainedClouds(folder: string, runs: readonly (readonly string[])[] = [[]], choices: CloudChoices = { epochs: 4 }): Promise<string> {
  const project = writeClouds(folder, choices);
  await trainOnce(project, runs);
  return project;
}
