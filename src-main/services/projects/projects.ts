import { basename, dirname, join } from "node:path";
import { homedir } from "node:os";
import { LatheError, toLatheError } from "../../base/errors.js";
import { visible } from "../../base/visible.mjs";
import { projectFileOf, readProjectFile } from "../../contract/project-file.js";
import type { ProjectProposal } from "../../contract/project-views.js";
import type { ProjectSummary, RunReference } from "../../contract/summaries.js";
import type { SeriesWish } from "../../contract/series-views.js";
import { type CreateOptions, type CreatedProject, createProject } from "./create-project.js";
import type { FolderAccess } from "../files/folder-access.js";
import { projectFromRun } from "./project-from-run.js";
import { type ProposalQuestion, proposeProject } from "./propose-project.js";
import type { RecentProjects } from "./recent-projects.js";
import { countRuns } from "../runs/run-files.js";
import { projectFromSample } from "./samples.js";
import type { SettingsStore } from "../settings.js";
import type { DataSurvey } from "../data/survey.js";

export interface Projects {
  /** Known projects, the last opened first. One that is broken or gone is listed with its problem. */
  list(): Promise<ProjectSummary[]>;
  /** One whose settings are incomplete or wrong opens with its problem, to be mended. @throws LatheError `project.missing`, `project.newer`, `rpc.refused` */
  open(path: string): Promise<ProjectSummary>;
  forget(path: string): Promise<void>;
  /** Where new projects are made. */
  folder(): Promise<string>;
  /** @throws LatheError `usage` for a sample that is not there, `run.storage` */
  createSample(sample: string): Promise<Created>;
  /** @throws LatheError `data.*`, `rpc.refused` */
  propose(
    data: string,
    asked?: Pick<ProposalQuestion, "targets" | "ignore" | "keep" | "levels" | "names" | "inputs" | "header" | "series">,
    signal?: AbortSignal,
  ): Promise<ProjectProposal>;
  /** @throws LatheError `usage` where the folder holds a project or the template does not suit, `data.*`, `rpc.refused`, `run.storage` */
  create(wanted: NewProject & { readonly template: string }, signal?: AbortSignal): Promise<Created>;
  /** The same with a project that `make` makes. @throws also as that */
  createBy(wanted: NewProject, make: MakeProject, signal?: AbortSignal): Promise<Created>;
  /** @throws LatheError `run.missing`, `run.checkpoint`, `run.storage` */
  createFromRun(run: RunReference, name?: string): Promise<Created>;
}

interface Created {
  readonly project: ProjectSummary;
  readonly notes: string[];
}

/** Makes a project of data and a folder that may be used. */
export type MakeProject = (options: Omit<CreateOptions, "template" | "own">) => Promise<Pick<CreatedProject, "notes" | "told">>;

export interface NewProject {
  readonly data: string;
  readonly validation?: string | undefined;
  readonly test?: string | undefined;
  readonly folder: string;
  readonly name: string;
  readonly targets: readonly string[];
  readonly ignore: readonly string[];
  readonly keep?: readonly string[] | undefined;
  readonly levels?: readonly string[] | undefined;
  /** Columns of parts of the pictures' names, and those that are read beside the pictures. */
  readonly names?: string | undefined;
  readonly inputs?: readonly string[] | undefined;
  /** Of a text: whether its first row holds the names. */
  readonly header?: boolean | undefined;
  /** The table is made regular in time. */
  readonly series?: SeriesWish | undefined;
}

export interface ProjectsOptions {
  /** Where the host would make new projects; the user's settings may say otherwise. */
  readonly projectsFolder?: string;
  /** Hears of every project that is opened. */
  readonly onProjectOpened?: (folder: string) => void;
}

export function createProjects(
  recent: RecentProjects,
  access: FolderAccess,
  settings: SettingsStore,
  survey: DataSurvey,
  { projectsFolder: proposed, onProjectOpened }: ProjectsOptions = {},
): Projects {
  async function open(path: string): Promise<ProjectSummary> {
    const file = await access.resolve(await projectFileOf(await access.resolve(path, "the project")), "the project");
    const folder = dirname(file);
    const summary = await summarize(folder).catch((thrown: unknown) => {
      if (toLatheError(thrown).code !== "project.invalid") throw thrown;
      return listed(folder);
    });
    // A list that cannot be written, on a full disk say, keeps nobody from the project.
    const { openedAt } = await recent.remember(folder).catch((thrown: unknown) => {
      console.warn(`Lathe: ${visible(toLatheError(thrown).message)}; the project opens all the same`);
      return { openedAt: Date.now() };
    });
    onProjectOpened?.(folder);
    return { ...summary, openedAt };
  }

  async function folder(): Promise<string> {
    const { projectsFolder } = await settings.read();
    const candidates = [projectsFolder, proposed, join(homedir(), "Lathe"), ...(access.allowed ?? []).map((root) => join(root, "Lathe"))];
    for (const candidate of candidates) if (candidate !== undefined && (await access.allows(candidate))) return candidate;
    throw new LatheError("rpc.refused", "this server may use no folder, so no project can be made; start it with lathe serve --allow <folder>");
  }

  async function opened(at: string, notes: readonly string[] = []): Promise<Created> {
    return { project: await open(at), notes: [...notes] };
  }

  const createBy: Projects["createBy"] = async ({ data, validation, test, folder: wanted, levels, header, ...rest }, make, signal) => {
    const made = await access.resolveNew(wanted, "the new project's folder");
    const table = await access.resolve(data, "the data").catch(missingData(data));
    const validated = validation === undefined ? undefined : await access.resolve(validation, "the data").catch(missingData(validation));
    const tested = test === undefined ? undefined : await access.resolve(test, "the data").catch(missingData(test));
    const { notes, told = [] } = await make({
      ...rest,
      ...survey,
      folder: made,
      data: table,
      ...(validated === undefined ? {} : { validation: validated }),
      ...(tested === undefined ? {} : { test: tested }),
      ...(levels === undefined ? {} : { levels }),
      ...(header === undefined ? {} : { reading: { header } }),
      ...(signal ? { signal } : {}),
    });
    // What was found in a series stands on its Data screen.
    return opened(
      made,
      notes.filter((note) => !told.includes(note)),
    );
  };

  return {
    async list() {
      const known = await recent.list();
      const allowed = await Promise.all(known.map(({ path }) => access.allows(path)));
      return Promise.all(known.filter((_project, i) => allowed[i]).map(async ({ path, openedAt }) => ({ ...(await listed(path)), openedAt })));
    },
    open,
    async forget(path) {
      // One that is gone may be forgotten, one out of bounds may not even be named.
      if (!(await access.allows(path))) await access.resolve(path, "the project");
      await recent.forget(path);
    },
    folder,
    async createSample(sample) {
      const { folder: made, notes } = await projectFromSample(sample, await access.resolveNew(await folder(), "the folder for projects"), survey);
      return opened(made, notes);
    },
    async propose(data, asked, signal) {
      const file = await access.resolve(data, "the data").catch(missingData(data));
      return proposeProject(file, await folder(), { ...survey, ...asked, signal });
    },
    create: ({ template, ...wanted }, signal) => createBy(wanted, (options) => createProject({ ...options, template }), signal),
    createBy,
    async createFromRun(run, name) {
      return opened(await projectFromRun(access, run, await folder(), name));
    },
  };
}

/** Of data, not of a project, does the user think here. */
function missingData(path: string): (thrown: unknown) => never {
  return (thrown) => {
    const error = toLatheError(thrown);
    throw error.code === "project.missing"
      ? new LatheError("data.missing", `there is no file ${path}; was it moved or deleted?`, { path }, { cause: thrown })
      : error;
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
