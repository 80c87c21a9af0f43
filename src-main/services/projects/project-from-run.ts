import { dirname, isAbsolute, relative, resolve } from "node:path";
import type { ProjectInput } from "../../contract/project.js";
import { writeDoor, writeProject } from "../../contract/project-file.js";
import type { RunReference } from "../../contract/summaries.js";
import { readConfig } from "../../training/runs/run-config.js";
import { RunFolder } from "../../training/runs/run-folder.js";
import type { FolderAccess } from "../files/folder-access.js";
import { freeFolder } from "./propose-project.js";
import { folderOfRun } from "../runs/run-reference.js";

/**
 * A new project with the settings that a run had, beside the project of the run (or where new projects are made, if that is out of bounds).
 * @returns its folder.
 * @throws LatheError `run.missing`, `run.checkpoint` where the run's settings are damaged, `run.storage`
 */
export async function projectFromRun(access: FolderAccess, asked: RunReference, projects: string, name?: string): Promise<string> {
  const { reference } = await folderOfRun(access, asked);
  const { project } = readConfig(RunFolder.open(reference.project, reference.run));
  const beside = dirname(reference.project);
  const base = (await access.allows(beside)) ? beside : projects;
  const title = name ?? `${project.name} from run ${reference.run}`;
  const folder = await access.resolveNew(freeFolder(base, title), "the new project");
  // The data stays where it is: what was named from the old folder is named from the new one.
  const { path, test, ...source } = project.data.source;
  const moved = (file: string) => (isAbsolute(file) ? file : relative(folder, resolve(reference.project, file)).replaceAll("\\", "/"));
  const validation = "validation" in source && source.validation !== undefined ? { validation: moved(source.validation) } : {};
  const copy: ProjectInput = {
    ...project,
    name: title,
    data: { ...project.data, source: { ...source, ...validation, path: moved(path), ...(test === undefined ? {} : { test: moved(test) }) } },
  };
  await writeProject(folder, copy);
  await writeDoor(folder);
  return folder;
}
