import { constants, lstatSync, openSync } from "node:fs";
import { join } from "node:path";
import { LatheError } from "./errors.js";

/**
 * A path below a folder that Lathe writes and deletes in, such as a project's. The way to `root` is the user's own and may lead over links; below it none is followed,
 * so that a project from a stranger cannot make Lathe touch what lies elsewhere. What is not there yet is no link.
 * @throws LatheError `project.unsafe`
 */
export function inside(root: string, ...parts: readonly string[]): string {
  let path = root;
  for (const part of parts) {
    path = join(path, part);
    if (isLink(path)) {
      throw new LatheError("project.unsafe",
        `${path} is a link; Lathe follows no links inside a project, since it writes and deletes there; put the folder or file itself in its place, or move the whole project`, { path });
    }
  }
  return path;
}

/** Opens a file to append to, made where it is not there. A link is refused (ELOOP), and so is a pipe that nobody reads (ENXIO), without waiting. Windows has neither flag. */
export function openToAppend(path: string): number {
  const { O_APPEND, O_CREAT, O_WRONLY } = constants;
  const flags: Readonly<Record<string, number | undefined>> = constants;
  return openSync(path, O_APPEND | O_CREAT | O_WRONLY | (flags["O_NOFOLLOW"] ?? 0) | (flags["O_NONBLOCK"] ?? 0), 0o666);
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}
