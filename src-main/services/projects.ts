import { basename } from "node:path";
import { toLatheError } from "../base/errors.js";
import { readProjectFile } from "../contract/project-file.js";
import type { ProjectSummary } from "../contract/summaries.js";
import type { FolderAccess } from "./folder-access.js";
import type { RecentProjects } from "./recent-projects.js";
import { countRuns } from "./run-files.js";

export interface Projects {
  /** Known projects, the last opened first. One that is broken or gone is listed with its problem. */
  list(): Promise<ProjectSummary[]>;
  /** @throws LatheError `project.missing`, `project.invalid`, `project.newer`, `rpc.refused` */
  open(path: string): Promise<ProjectSummary>;
  forget(path: string): Promise<void>;
}

export function createProjects(recent: RecentProjects, access: FolderAccess): Projects {
  return {
    async list() {
      const known = await recent.list();
      const allowed = await Promise.all(known.map(({ path }) => access.allows(path)));
      return Promise.all(known.filter((_project, i) => allowed[i]).map(async ({ path, openedAt }) => ({ ...(await listed(path)), openedAt })));
    },
    async open(path) {
      const { folder } = await readProjectFile(await access.resolve(path, "the project"));
      const { openedAt } = await recent.remember(folder);
      return { ...(await summarize(folder)), openedAt };
    },
    async forget(path) {
      // One that is gone may be forgotten, one out of bounds may not even be named.
      if (!(await access.allows(path))) await access.resolve(path, "the project");
      await recent.forget(path);
    },
  };
}

async function summarize(folder: string): Promise<ProjectSummary> {
  const { project } = await readProjectFile(folder);
  return {
    path: folder,
    name: project.name,
    source: project.data.source.type,
    targets: project.data.targets.map(({ name }) => name),
    epochs: project.training.epochs,
    runs: await countRuns(folder),
  };
}

async function listed(folder: string): Promise<ProjectSummary> {
  try {
    return await summarize(folder);
  } catch (thrown) {
    const { code, message } = toLatheError(thrown);
    return { path: folder, name: basename(folder), targets: [], runs: await countRuns(folder), problem: { code, message } };
  }
}
