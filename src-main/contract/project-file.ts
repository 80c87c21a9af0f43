import { stat, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { LatheError } from "../base/errors.js";
import { makeFoldersSoon } from "../base/make-folders.js";
import { readOwnText } from "../base/own-files.js";
import { replaceFile } from "../base/replace-file.js";
import { readReason, storageError } from "../base/storage-error.js";
import { formatJson, parseJson } from "./json.js";
import { MOST_DOCUMENT } from "../base/limits.js";
import { type Project, type ProjectInput, parseProject } from "./project.js";

/** What a project's file is called in its folder. */
export const PROJECT_FILE = "project.json";

/** A project as read: relative paths in it start at `folder`. */
export interface ProjectOnDisk {
  readonly project: Project;
  /** As the file has it, defaults omitted. */
  readonly written: ProjectInput;
  readonly folder: string;
  readonly file: string;
}

/**
 * Reads and checks a project.
 * @param path the project's folder, or its file.
 * @throws LatheError `project.missing`, `project.invalid`, `project.newer`
 */
export async function readProjectFile(path: string): Promise<ProjectOnDisk> {
  const file = await projectFileOf(path);
  let text: string;
  try {
    text = await readOwnText(file, MOST_DOCUMENT);
  } catch (thrown) {
    if (isMissing(thrown)) {
      throw new LatheError("project.missing", `there is no project at ${file}; "lathe new <folder> --template tabular --data <table>" makes one`, { file });
    }
    if (thrown instanceof LatheError) throw thrown;
    throw new LatheError("project.missing", `${file} cannot be read: ${readReason(thrown)}`, { file }, { cause: thrown });
  }
  const value = parseJson(text, file);
  const project = parseProject(value, file);
  // parseProject has just checked that it is one.
  return { project, written: value as ProjectInput, folder: dirname(file), file };
}

/**
 * Checks a project and writes its file as a whole or not at all; the folder is made if it is not there.
 * @param path the project's folder, or a file ending in `.json`.
 * @returns the file's path.
 * @throws LatheError `project.invalid`, `project.newer`; `run.storage` where the disk refuses.
 */
export async function writeProject(path: string, project: ProjectInput): Promise<string> {
  const file = path.endsWith(".json") ? resolve(path) : join(resolve(path), PROJECT_FILE);
  parseProject(project, file);
  try {
    await makeFoldersSoon(dirname(file));
    await replaceFile(file, `${formatJson(project)}\n`);
  } catch (thrown) {
    throw storageError(file, thrown);
  }
  return file;
}

/** The extension of the file in a project's folder that a desktop opens the project by. */
export const DOOR = ".lathe";

/**
 * Puts a file into a project's folder that opens it with a double click: a desktop knows programs by extensions, and `project.json` has that of all JSON.
 * It holds nothing but a sentence, so it never needs to change and may be deleted.
 */
export async function writeDoor(folder: string): Promise<void> {
  const name = basename(folder);
  await writeFile(join(folder, `${name}${DOOR}`), `This file opens the project in its folder with Lathe. The project itself is in ${PROJECT_FILE}.\n`, {
    flag: "wx",
  }).catch(() => {
    // Without it the project opens from Lathe all the same.
  });
}

/** The file of the project that a path means: its folder, the file itself, or the door beside it. It need not be there. */
export async function projectFileOf(path: string): Promise<string> {
  const absolute = resolve(path);
  if (extname(absolute) === DOOR) return join(dirname(absolute), PROJECT_FILE);
  try {
    return (await stat(absolute)).isDirectory() ? join(absolute, PROJECT_FILE) : absolute;
  } catch {
    return absolute.endsWith(".json") ? absolute : join(absolute, PROJECT_FILE);
  }
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && (thrown.code === "ENOENT" || thrown.code === "ENOTDIR");
}
