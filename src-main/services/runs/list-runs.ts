import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { LatheError } from "../../base/errors.js";
import { PROJECT_FILE } from "../../contract/project-file.js";
import type { RunSummary } from "../../contract/summaries.js";
import { createFolderAccess } from "../files/folder-access.js";
import { createJobRegistry } from "../jobs/job-registry.js";
import { startTraining } from "../jobs/jobs.js";
import { linkedRuns } from "./run-files.js";
import { createRuns } from "./runs.js";

/**
 * A project's runs, the newest first, for one look from the command line. A project whose file is broken still has its runs.
 * @param path the project's folder, or its file.
 * @returns links too, whose runs are excluded: what they lead to is not the project's.
 * @throws LatheError `project.missing`; `run.missing` where the runs may not be looked at
 */
export async function listRuns(path: string): Promise<{ readonly folder: string; readonly runs: readonly RunSummary[]; readonly links: readonly string[] }> {
  const absolute = resolve(path);
  const folder = basename(absolute) === PROJECT_FILE ? dirname(absolute) : absolute;
  const file = join(folder, PROJECT_FILE);
  if (!existsSync(file) && !existsSync(join(folder, "runs"))) throw new LatheError("project.missing", `there is no project at ${file}`, { file });
  return { folder, runs: await createRuns(createFolderAccess(null), createJobRegistry(startTraining)).list(folder), links: await linkedRuns(folder) };
}
