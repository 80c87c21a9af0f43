import { readdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { z } from "zod";
import { LatheError, toLatheError } from "../../base/errors.js";
import { readReason } from "../../base/storage-error.js";
import { readOwnText } from "../../base/own-files.js";
import { JSON_BOUNDS } from "../../base/json-bounds.js";
import { readOwnJson } from "../../base/own-json.js";
import { type SourceSpec, sourceSchema } from "../../contract/data.js";
import { parseJson } from "../../contract/json.js";
import { MOST_DOCUMENT } from "../../base/limits.js";
import { describeProblem, problemsOf } from "../../contract/problems.js";
import { projectFileOf } from "../../contract/project-file.js";
import type { ProjectDocument } from "../../contract/project-views.js";
import type { RunReference } from "../../contract/summaries.js";
import { readConfig } from "../../training/runs/run-config.js";
import { RunFolder } from "../../training/runs/run-folder.js";
import type { FolderAccess } from "../files/folder-access.js";

/** Folders whose times are looked at. */
const MOST_FOLDERS = 2000;

/** A project's document as it is, and where its data is. */
export interface ProjectData {
  readonly folder: string;
  readonly file: string;
  readonly document: ProjectDocument;
}

/** @throws LatheError `project.missing`, `project.invalid` where the file is not even JSON, `rpc.refused` */
export async function readProjectData(access: FolderAccess, project: string): Promise<ProjectData> {
  const file = await projectFileOf(await access.resolve(project, "the project"));
  const text = await readOwnText(file, MOST_DOCUMENT).catch((thrown: unknown) => {
    if (thrown instanceof LatheError) throw thrown;
    throw new LatheError("project.missing", `${file} cannot be read: ${readReason(thrown)}`, { file }, { cause: thrown });
  });
  const value = parseJson(text, file);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new LatheError("project.invalid", `${file}: got a list or a value, expected an object { … }`, { file });
  return { folder: dirname(file), file, document: value as ProjectDocument };
}

/**
 * The data source of a document, whatever else is wrong with it; its files may be used.
 * @throws LatheError `project.invalid` where there is no such source; `rpc.refused` for files elsewhere than this host may read.
 */
export async function tableSourceOf(access: FolderAccess, { folder, file, document }: ProjectData): Promise<SourceSpec> {
  const { data } = document;
  const raw: unknown = typeof data === "object" && data !== null && "source" in data ? data.source : undefined;
  const parsed = sourceSchema.safeParse(raw, { error: describeProblem, reportInput: true });
  if (!parsed.success) {
    const problems = problemsOf(parsed.error.issues, ["data", "source"]);
    throw new LatheError("project.invalid", problems.map(({ path, message }) => `${file}: ${path}: ${message}`).join("\n"), { file, problems });
  }
  const { path, test } = parsed.data;
  for (const name of test === undefined ? [path] : [path, test]) {
    const full = resolve(folder, name);
    // A file that is not there is the reader's to explain; one out of bounds may not even be looked for.
    if (!(await access.allows(full))) await access.resolve(full, "the data file");
  }
  return parsed.data;
}

/** What tells one state of a source from another: its settings, and its files' sizes and times. */
export async function identityOf(folder: string, source: SourceSpec): Promise<string> {
  const marks = await Promise.all(
    [source.path, source.test].map(async (name) => {
      const found = name === undefined ? undefined : await stat(resolve(folder, name)).catch(() => undefined);
      return found && [found.size, found.mtimeMs, found.ino];
    }),
  );
  return JSON.stringify([source, marks, source.type === "image-folder" ? await folderMarks(folder, [source.path, source.test]) : []]);
}

/** Of folders of pictures: the times of the folders in them, which tell of pictures that came or went, and of the list of bad ones. */
async function folderMarks(folder: string, paths: readonly (string | undefined)[]): Promise<readonly unknown[]> {
  const time = async (path: string) => (await stat(path).catch(() => undefined))?.mtimeMs;
  const inside = await Promise.all(
    paths.map(async (path) => {
      if (path === undefined) return [];
      const root = resolve(folder, path);
      const entries = await readdir(root, { withFileTypes: true }).catch(() => []);
      return Promise.all(
        entries
          .filter((entry) => entry.isDirectory())
          .slice(0, MOST_FOLDERS)
          .map(async ({ name }) => [name, await time(join(root, name))]),
      );
    }),
  );
  return [...inside, await time(join(folder, "quarantine.json"))];
}

/** Sees that a project's data may be used by this host. @throws as `tableSourceOf` for data out of bounds; whatever else is wrong is for training to say */
export async function mayRead(access: FolderAccess, project: string): Promise<void> {
  await refuseOutOfBounds(readProjectData(access, project).then((data) => tableSourceOf(access, data)));
}

/**
 * The same of what a run was started with.
 * @returns the run's id as its folder has it: `1` may be meant for `0001`.
 * @throws LatheError as `RunFolder.open` and `readConfig`: what cannot be seen through is not resumed; `rpc.refused`
 */
export async function mayResume(access: FolderAccess, { project, run }: RunReference): Promise<string> {
  const found = RunFolder.open(project, run);
  await access.resolve(found.path, "the run");
  const file = found.file("config.json");
  const { data: config } = z
    .object({ project: z.record(z.string(), z.unknown()) })
    .safeParse(await readOwnJson(file, JSON_BOUNDS.document).catch(() => undefined));
  // Where it does not even say what it is about, this says why.
  await tableSourceOf(access, { folder: project, file, document: config?.project ?? readConfig(found).project });
  return found.id;
}

async function refuseOutOfBounds(look: Promise<unknown>): Promise<void> {
  try {
    await look;
  } catch (thrown) {
    if (toLatheError(thrown).code === "rpc.refused") throw thrown;
  }
}
