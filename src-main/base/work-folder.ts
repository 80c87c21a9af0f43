import { createHash, randomBytes } from "node:crypto";
import { lstatSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { isAlive, processes, thisProcess } from "./lock.mjs";
import type { LatheError } from "./errors.js";
import { storageError } from "./storage-error.js";

/**
 * Folders and files that last as long as the process that made them. Their names say whose they are: `<kind>-<machine>-<pid>-<start of the process>-<random>`.
 * A process that is killed leaves its own behind; the next that makes one beside it takes it away.
 */
const OWNER = /^([0-9a-f]{8})-(\d+)-(\d+)-[0-9a-f]{12}$/;

/** Folders in the system's place for temporary files. */
const KIND = "lathe-work";

/** A folder for temporary files, which whoever made it removes. @throws LatheError `run.storage` */
export function makeWorkFolder(): string {
  const parent = tmpdir();
  sweepLeftBehind(parent, KIND);
  const folder = join(parent, workName(KIND));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (thrown) {
    throw workError(folder, thrown);
  }
  return folder;
}

/** A failed write of what lasts as long as its process, told by the folder that the user knows. @param folder where it was to lie */
export function workError(folder: string, thrown: unknown): LatheError {
  const parent = tmpdir();
  if (dirname(folder) !== parent) return storageError(folder, thrown);
  return storageError(parent, thrown, "Lathe's temporary files are kept there; another folder can be named in TMPDIR");
}

/** Removes those of processes that have gone. */
export function sweepWorkFolders(): void {
  sweepLeftBehind(tmpdir(), KIND);
}

/** Does work with such a folder, which goes with it. @throws LatheError `run.storage`, and as the work */
export async function inWorkFolder<T>(job: (folder: string) => Promise<T>): Promise<T> {
  const folder = makeWorkFolder();
  try {
    return await job(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A new name that says whose it is. */
export function workName(kind: string): string {
  const { pid, started = "0" } = thisProcess();
  return `${kind}-${machine()}-${pid}-${started}-${randomBytes(6).toString("hex")}`;
}

/** Removes what of a kind lies in a folder and whose process has gone. What is a link, or another user's, stays, and so does what cannot be removed. */
export function sweepLeftBehind(parent: string, kind: string): void {
  for (const name of namesIn(parent)) {
    if (!name.startsWith(`${kind}-`) || !isLeftBehind(join(parent, name), name.slice(kind.length + 1))) continue;
    try {
      rmSync(join(parent, name), { recursive: true, force: true });
    } catch {
      // Another one removes it at the same time, or nobody can.
    }
  }
}

/** Whether something is of a process that has gone. False of what has another name, and of what is of a machine that cannot be asked. */
function isLeftBehind(path: string, owner: string): boolean {
  const [, of, pid = "", started = "0"] = OWNER.exec(owner) ?? [];
  if (of !== machine()) return false;
  try {
    const found = lstatSync(path);
    if (!(found.isDirectory() || found.isFile()) || (process.getuid && found.uid !== process.getuid())) return false;
    return !isAlive({ holder: { pid: Number(pid), host: hostname(), ...(started === "0" ? {} : { started }) }, written: found.mtimeMs });
  } catch {
    return false;
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/**
 * Where a file grows until it is whole and can be renamed: beside it. What killed processes left of the same is taken away.
 * @returns another path each time
 */
export function partOf(path: string): string {
  sweepParts(path);
  return partName(path);
}

/** The same, and nothing is taken away. */
export function partName(path: string): string {
  return join(dirname(path), workName(partKind(path)));
}

/** Takes away what grew there. Where it could not be made, it cannot be taken away either; what counts is why. */
export function removePart(temporary: string): void {
  try {
    rmSync(temporary, { recursive: true, force: true });
  } catch {
    // Whoever failed tells why.
  }
}

/** Takes away what killed processes left of a file. */
export function sweepParts(path: string): void {
  sweepLeftBehind(dirname(path), partKind(path));
}

/** Names may be 255 bytes long, and a letter takes up to 4. */
function partKind(path: string): string {
  return `${basename(path).slice(0, 40)}.part`;
}

/** Where process ids mean the same: a machine, or a container, which may have its host's name and folders, but not its processes. */
function machine(): string {
  return createHash("sha256")
    .update(JSON.stringify([hostname(), processes ?? ""]))
    .digest("hex")
    .slice(0, 8);
}
