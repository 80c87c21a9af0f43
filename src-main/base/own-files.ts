import { closeSync, constants, fstatSync, lstatSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { LatheError } from "./errors.js";

/**
 * A path below a folder that Lathe writes and deletes in, such as a project's. The way to `root` is the user's own and may lead over links; below it none is
 * followed, so that a project from a stranger cannot make Lathe touch what lies elsewhere. What is not there yet is no link.
 * @throws LatheError `project.unsafe`
 */
export function inside(root: string, ...parts: readonly string[]): string {
  let path = root;
  for (const part of parts) {
    path = join(path, part);
    if (isLink(path)) throw linked(path);
  }
  return path;
}

/** Makes a folder in one that is there: where that was deleted, it is not made again. @returns false where there is one already */
export function makeFolder(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw thrown;
  }
}

/**
 * Opens a file of Lathe's own: never what a link leads to, never a pipe or a device, which might have no end.
 * @throws LatheError `project.unsafe`; what the system says where it cannot be opened
 */
export function openOwnFileSync(path: string, flags: number = constants.O_RDONLY): number {
  if (isLink(path)) throw linked(path);
  return openFileSync(path, flags | GUARDED);
}

/** The same without waiting for the disk. @param flags of `open`, reading unless told */
export async function openOwnFile(path: string, flags: number = constants.O_RDONLY): Promise<FileHandle> {
  if (isLink(path)) throw linked(path);
  const file = await open(path, flags | GUARDED).catch((thrown: unknown) => {
    throw isNoFile(thrown) ? noFile(path) : thrown;
  });
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw noFile(path);
}

/**
 * Bytes that Lathe reads at once of a file of its own, and of a text: those that Lathe writes are far below. A file that only claims to be long costs nobody
 * memory.
 */
const [MOST, MOST_TEXT] = [2 ** 31 - 1, 64 << 20];

/** The bytes of a file of Lathe's own. @throws as `openOwnFileSync`; LatheError `project.unsafe` for one that is too large */
export function readOwnFileSync(path: string, most = MOST): Buffer {
  return contentOf(path, openOwnFileSync(path), most);
}

/** The bytes of a file that a user names, over links too: but never of a pipe or a device. @throws as `readOwnFileSync` */
export function readNamedFileSync(path: string): Buffer {
  return contentOf(path, openFileSync(path, constants.O_RDONLY | UNWAITING), MOST);
}

function openFileSync(path: string, flags: number): number {
  let file: number;
  try {
    file = openSync(path, flags);
  } catch (thrown) {
    throw isNoFile(thrown) ? noFile(path) : thrown;
  }
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  throw noFile(path);
}

function contentOf(path: string, file: number, most: number): Buffer {
  try {
    refuseLarge(path, fstatSync(file).size, most);
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

/** A text of Lathe's own. @throws as `readOwnFileSync` */
export function readOwnTextSync(path: string, most = MOST_TEXT): string {
  return readOwnFileSync(path, most).toString("utf8");
}

/** The same without waiting for the disk. */
export async function readOwnText(path: string, most = MOST_TEXT): Promise<string> {
  const file = await openOwnFile(path);
  try {
    refuseLarge(path, (await file.stat()).size, most);
    return await file.readFile("utf8");
  } finally {
    await file.close();
  }
}

/** Windows has neither flag. */
const flags: Readonly<Record<string, number | undefined>> = constants;
const UNWAITING = flags["O_NONBLOCK"] ?? 0;
const GUARDED = (flags["O_NOFOLLOW"] ?? 0) | UNWAITING;

function linked(path: string): LatheError {
  return new LatheError(
    "project.unsafe",
    `${path} is a link; Lathe follows no links inside a project, since it writes and deletes there; put the folder or file itself in its place, or ` +
      `move the whole project`,
    { path },
  );
}

/** What the system says of a pipe without a reader, and of a folder, that are to be written. */
function isNoFile(thrown: unknown): boolean {
  return ["ENXIO", "EISDIR"].includes((thrown as NodeJS.ErrnoException).code ?? "");
}

function noFile(path: string): LatheError {
  return new LatheError(
    "project.unsafe",
    `${path} is a folder, a pipe or a device, expected a file of Lathe's own; put it away, and put the file that was there back if you have it`,
    { path },
  );
}

function refuseLarge(path: string, size: number, most: number): void {
  if (size <= most) return;
  const megabytes = (bytes: number) => Math.round(bytes / (1 << 20));
  throw new LatheError(
    "project.unsafe",
    `${path} has ${megabytes(size)} MB, more than the ${megabytes(most)} that Lathe reads of such a file; it was not written by Lathe, or is damaged`,
    { path },
  );
}

/**
 * Opens a file to append to, made where it is not there. A link is refused (ELOOP), and so is a pipe (ENXIO), also one that somebody reads, without waiting.
 */
export function openToAppend(path: string): number {
  const { O_APPEND, O_CREAT, O_WRONLY } = constants;
  const file = openSync(path, O_APPEND | O_CREAT | O_WRONLY | GUARDED, 0o666);
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  throw Object.assign(new Error(`${path} is no file`), { code: "ENXIO" });
}

/** Whether a path's last part is a link; not where nothing is there, or cannot be looked at. */
export function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}
