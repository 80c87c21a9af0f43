import type { EngineWork } from "../contract/engine-messages.js";
import { type Imports, createImports } from "./imports/imports.js";
import { createEngineList, type EngineList } from "./processes/engines.js";
import { type Evaluation, createEvaluation } from "./evaluation/evaluation.js";
import { type FeatureViews, createFeatureViews } from "./evaluation/feature-views.js";
import { type Files, createFiles } from "./files/files.js";
import { createFolderAccess, type FolderAccess } from "./files/folder-access.js";
import { createJobRegistry, type JobRegistry, type StartTraining } from "./jobs/job-registry.js";
import { type LaunchEngine, launchChildProcess } from "./processes/engine-link.js";
import { createEngineSet, within } from "./processes/engine-set.js";
import { createModelFacts } from "./models/model-facts.js";
import { createModelServers } from "./models/model-servers.js";
import { type PictureCorrections, createPictureCorrections } from "./pictures/picture-corrections.js";
import { type PictureViews, createPictureViews } from "./pictures/picture-views.js";
import { type Pictures, createPictures } from "./pictures/pictures.js";
import { type EngineRunner, inEngine, startTraining } from "./jobs/jobs.js";
import { type Forecasts, createForecasts } from "./prediction/forecast.js";
import { type Prediction, createPrediction } from "./prediction/prediction.js";
import { type ProjectDocuments, createProjectDocuments } from "./projects/project-documents.js";
import { createProjects, type Projects } from "./projects/projects.js";
import { type LaunchReader, type Reader, createReader, launchReaderProcess } from "./processes/reader.js";
import { createRecentProjects } from "./projects/recent-projects.js";
import { createRuns, type Runs } from "./runs/runs.js";
import { type SettingsStore, createSettings } from "./settings.js";
import { stateFolder } from "./files/state-folder.js";
import { surveyBy } from "./data/survey.js";
import { createTables, type Tables } from "./data/tables.js";

/** Everything a host offers its windows: made once a process. */
export interface Studio {
  readonly access: FolderAccess;
  readonly settings: SettingsStore;
  readonly engines: EngineList;
  readonly files: Files;
  readonly projects: Projects;
  readonly imports: Imports;
  readonly documents: ProjectDocuments;
  readonly runs: Runs;
  readonly jobs: JobRegistry;
  readonly tables: Tables;
  readonly evaluation: Evaluation;
  readonly features: FeatureViews;
  readonly prediction: Prediction;
  readonly forecasts: Forecasts;
  readonly pictures: Pictures;
  readonly pictureViews: PictureViews;
  readonly corrections: PictureCorrections;
  /** Reads models and documents of whoever made them. */
  readonly models: Reader;
  /** Work in an engine process of its own, started as this host starts them; audits follow one another in one. */
  readonly work: EngineRunner;
  /** What `close` would have to wait for: runs, and work in other engine processes. */
  readonly busy: boolean;
  /**
   * Ends everything: runs are stopped, and keep what they learnt if they can in the time there is. Then engines are ended by force, whatever they are at; a run
   * resumes from its last checkpoint.
   * @param grace milliseconds until then. @param onWaiting hears, in words, what is waited for.
   */
  close(grace: number, onWaiting?: (what: string) => void): Promise<void>;
}

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
  /** How the processes are started that read strangers' files; likewise. */
  readonly launchReader?: LaunchReader;
}

/**
 * Milliseconds in which a network is planned or a model's file read, a picture decoded, and a table looked at, of which the first look reads 200,000 rows and
 * counts the rest.
 */
export const [PLANNED, DECODED, SURVEYED] = [20_000, 60_000, 600_000];
/** Of the process that holds tables open, while nobody asks, and to let go of what was called off: opening a large one again takes longer. */
const TABLES = { idle: 5 * 60_000, grace: 15_000 };

export function createStudio(options: StudioOptions): Studio {
  const access = createFolderAccess(options.allowedFolders);
  const { allowed } = access;
  const engines = createEngineSet(options.launch ?? (() => launchChildProcess({ allowed })));
  const launchReader = options.launchReader ?? (() => launchReaderProcess(allowed));
  const { launch, launchLasting } = engines;
  const start: StartTraining = (request, setting) => startTraining(request, { ...setting, launch });
  const jobs = createJobRegistry(options.startTraining ?? start);
  // Each change on the Data screen asks for an audit.
  const launchFor = (kind: EngineWork["kind"]) => (kind === "audit" ? launchLasting : launch);
  const work: EngineRunner = (asked, onEvent, check, signal) =>
    inEngine(asked, onEvent, check, { ...(signal ? { signal } : {}), launch: launchFor(asked.kind) });
  const home = options.home ?? stateFolder();
  const settings = createSettings(home);
  const servers = createModelServers({ launch });
  const models = createReader({ launch: launchReader, deadline: PLANNED });
  const pictures = createReader({ launch: launchReader, deadline: DECODED });
  const files = createReader({ launch: launchReader, deadline: SURVEYED });
  const tables = createTables(access, { open: createReader({ launch: launchReader, ...TABLES }), probe: files });
  const facts = createModelFacts(models);
  const documents = createProjectDocuments(access);
  const projects = createProjects(createRecentProjects(home), access, settings, surveyBy(files, pictures), options);
  const prediction = createPrediction(access, work, servers, facts);
  const looks = createPictures(access, tables, servers, facts);
  const features = createFeatureViews(access, tables, work, (asked, signal) => looks.features(asked, signal));

  async function close(grace: number, onWaiting?: (what: string) => void): Promise<void> {
    const runs = jobs.underWay().map(({ project, run }) => `run ${run} of ${project}`);
    const others = jobs.running - runs.length;
    if (others > 0) runs.push(others === 1 ? "a run that is about to start" : `${others} runs that are about to start`);
    if (runs.length > 0) {
      onWaiting?.(`waiting at most ${grace / 1000} s for ${runs.join(", ")} to keep what was learnt; what is cut off resumes from its last checkpoint`);
    } else if (engines.running > 0)
      onWaiting?.(`waiting at most ${grace / 1000} s for ${engines.running === 1 ? "an engine process" : `${engines.running} engine processes`} to end`);
    prediction.close();
    const readers = Promise.all([models, pictures, files, tables].map((reader) => reader.close()));
    await within(
      grace,
      jobs.stopAll().then(() => engines.empty()),
    );
    await engines.killAll();
    await readers;
  }

  return {
    access,
    settings,
    jobs,
    tables,
    work,
    engines: createEngineList(work),
    files: createFiles(access),
    documents,
    projects,
    imports: createImports(access, projects, work),
    runs: createRuns(access, jobs),
    evaluation: createEvaluation(access, tables, features),
    features,
    prediction,
    forecasts: createForecasts(access, work),
    pictures: looks,
    corrections: createPictureCorrections(documents),
    pictureViews: createPictureViews(access, pictures),
    models,
    close,
    get busy() {
      return jobs.running > 0 || engines.running > 0;
    },
  };
}
