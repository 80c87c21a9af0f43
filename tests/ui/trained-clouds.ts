import { lathe } from "../support/lathe.js";
import { writeClouds, type CloudChoices } from "./cloud-project.js";
import { expect } from "./fixture.js";

/** A project with runs that were really trained, one for each list of options of `lathe train`. @returns its folder */
export async function trainedClouds(folder: string, runs: readonly (readonly string[])[] = [[]], choices: CloudChoices = { epochs: 4 }): Promise<string> {
  const project = writeClouds(folder, choices);
  for (const options of runs) {
    const { code, stderr } = await lathe("train", project, ...options);
    expect(code, stderr).toBe(0);
  }
  return project;
}
