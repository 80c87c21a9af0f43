import { createFolderAccess, type FolderAccess } from "./folder-access.js";
import { createJobRegistry, type JobRegistry, type StartTraining } from "./job-registry.js";
import type { LaunchEngine } from "./engine-link.js";
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
  /** How engine processes are started; as children of this one unless told. */
  readonly launch?: LaunchEngine;
}

export function createStudio(options: StudioOptions): Studio {
  const access = createFolderAccess(options.allowedFolders);
  const { launch } = options;
  const start: StartTraining = (request, setting) => startTraining(request, { ...setting, ...(launch ? { launch } : {}) });
  const jobs = createJobRegistry(options.startTraining ?? start);
  const recent = createRecentProjects(options.home ?? stateFolder());
  return { access, jobs, projects: createProjects(recent, access), runs: createRuns(access, jobs) };
}
