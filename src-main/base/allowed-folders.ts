import { realpathSync } from "node:fs";
import { isAbsolute, relative, sep } from "node:path";

/** Set by a host that may use some folders alone, for the processes it starts: the data they read, such as pictures that a table names, lie in these. */
const VARIABLE = "LATHE_ALLOWED_FOLDERS";

/** What to add to a process's environment. @param allowed null: any may be read. */
export function readingOnlyIn(allowed: readonly string[] | null): Readonly<Record<string, string>> {
  return allowed === null ? {} : { [VARIABLE]: JSON.stringify(allowed) };
}

let folders: readonly string[] | null | undefined;

/** Whether this process may read what a path leads to, links followed. What is not there may be looked for. */
export function mayBeRead(path: string): boolean {
  folders ??= allowedByEnvironment();
  if (folders === null) return true;
  const real = realOf(path);
  return folders.some((folder) => isInside(folder, real));
}

function allowedByEnvironment(): readonly string[] | null {
  const text = process.env[VARIABLE];
  return text === undefined ? null : (JSON.parse(text) as readonly string[]).map(realOf);
}

function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** Whether a path is a folder, or below it; by name alone. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}
