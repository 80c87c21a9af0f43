import { createFolderAccess, type FolderAccess } from "./folder-access.js";
import { createJobRegistry, type JobRegistry, type StartTraining } from "./job-registry.js";
import { startTraining } from "./jobs.js";
import { createProjects, type Projects } from "./projects.js";
import { createRecentProjects } from "./recent-projects.js";
import { createRuns, type Runs } from "./runs.js";
import { stateFolder } from "./state-folder.js";

/** Everything a host offers its windows: made once a process. */
export interface Studio {
  readonly access: FolderAccess;
  readonly projects: Projects;
  readonly runs: Runs;
  readonly jobs: JobRegistry;
}

export interface StudioOptions {
  /** Folders that clients may name; null: any. */
  readonly allowedFolders: readonly string[] | null;
  /** @see stateFolder */
  readonly home?: string;
  readonly startTraining?: StartTraining;
}

export function createStudio(options: StudioOptions): Studio {
  const access = createFolderAccess(options.allowedFolders);
  const jobs = createJobRegistry(options.startTraining ?? startTraining);
  const recent = createRecentProjects(options.home ?? stateFolder());
  return { access, jobs, projects: createProjects(recent, access), runs: createRuns(access, jobs) };
}
