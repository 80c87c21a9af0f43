import type { EngineWork } from "../contract/engine-messages.js";
import type { RunEvent } from "../contract/events.js";
import { createEngineList, type EngineList } from "./engines.js";
import { type Evaluation, createEvaluation } from "./evaluation.js";
import { type Files, createFiles } from "./files.js";
import { createFolderAccess, type FolderAccess } from "./folder-access.js";
import { createJobRegistry, type JobRegistry, type StartTraining } from "./job-registry.js";
import type { LaunchEngine } from "./engine-link.js";
import { createModelFacts } from "./model-facts.js";
import { createModelServers } from "./model-servers.js";
import { type PictureCorrections, createPictureCorrections } from "./picture-corrections.js";
import { type PictureViews, createPictureViews } from "./picture-views.js";
import { type Pictures, createPictures } from "./pictures.js";
import { inEngine, startTraining } from "./jobs.js";
import { type Prediction, createPrediction } from "./prediction.js";
import { type ProjectDocuments, createProjectDocuments } from "./project-documents.js";
import { createProjects, type Projects } from "./projects.js";
import { createRecentProjects } from "./recent-projects.js";
import { createRuns, type Runs } from "./runs.js";
import { type SettingsStore, createSettings } from "./settings.js";
import { stateFolder } from "./state-folder.js";
import { createTables, type Tables } from "./tables.js";

/** Everything a host offers its windows: made once a process. */
export interface Studio {
  readonly access: FolderAccess;
  readonly settings: SettingsStore;
  readonly engines: EngineList;
  readonly files: Files;
  readonly projects: Projects;
  readonly documents: ProjectDocuments;
  readonly runs: Runs;
  readonly jobs: JobRegistry;
  readonly tables: Tables;
  readonly evaluation: Evaluation;
  readonly prediction: Prediction;
  readonly pictures: Pictures;
  readonly pictureViews: PictureViews;
  readonly corrections: PictureCorrections;
  /** Work in an engine process of its own, started as this host starts them. */
  readonly work: EngineRunner;
}

export type EngineRunner = <T>(work: EngineWork, onEvent: (event: RunEvent) => void, check: (value: unknown) => T, signal?: AbortSignal) => Promise<T>;

export interface StudioOptions {
  /** Folders that clients may name; null: any. */
  readonly allowedFolders: readonly string[] | null;
  /** @see stateFolder */
  readonly home?: string;
  /** Where the host would make new projects. */
  readonly projectsFolder?: string;
  /** Hears of every project that is opened. */
  readonly onProjectOpened?: (folder: string) => void;
  readonly startTraining?: StartTraining;
  /** How engine processes are started; as children of this one unless told. */
  readonly launch?: LaunchEngine;
}

export function createStudio(options: StudioOptions): Studio {
  const access = createFolderAccess(options.allowedFolders);
  const { launch } = options;
  const start: StartTraining = (request, setting) => startTraining(request, { ...setting, ...(launch ? { launch } : {}) });
  const jobs = createJobRegistry(options.startTraining ?? start);
  const work: EngineRunner = (asked, onEvent, check, signal) => inEngine(asked, onEvent, check, { ...(signal ? { signal } : {}), ...(launch ? { launch } : {}) });
  const tables = createTables(access);
  const home = options.home ?? stateFolder();
  const settings = createSettings(home);
  const servers = createModelServers({ launch });
  const facts = createModelFacts();
  const documents = createProjectDocuments(access);
  return {
    access, settings, jobs, tables, work, engines: createEngineList(work),
    files: createFiles(access), documents,
    projects: createProjects(createRecentProjects(home), access, settings, options), runs: createRuns(access, jobs),
    evaluation: createEvaluation(access, tables), prediction: createPrediction(access, work, servers, facts),
    pictures: createPictures(access, tables, servers, facts), corrections: createPictureCorrections(documents), pictureViews: createPictureViews(access),
  };
}
