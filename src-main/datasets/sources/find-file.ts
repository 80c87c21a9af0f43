import { existsSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, resolve } from "node:path";
import { mayBeRead } from "../../base/allowed-folders.js";
import { closest } from "../../base/closest.js";
import { LatheError } from "../../base/errors.js";
import { systemFolder } from "../../base/system-folder.js";

export interface FoundFile {
  readonly path: string;
  readonly size: number;
  readonly modified: number;
}

/**
 * A data file of a project.
 * @param folder what a relative path starts from.
 * @throws LatheError `rpc.refused` in a process that may not read there; `data.missing` with the nearest name in the folder, `data.empty` for a file of no
 * bytes, `data.unreadable` for what is no file.
 */
export async function findFile(folder: string, path: string): Promise<FoundFile> {
  const full = isAbsolute(path) ? path : resolve(folder, path);
  if (!mayBeRead(full)) throw new LatheError("rpc.refused", `the data file ${JSON.stringify(full)} is not in a folder this server may use`, { path: full });
  const found = await stat(full).catch(() => undefined);
  if (!found) throw await missing(full);
  if (found.isDirectory()) throw new LatheError("data.missing", `${full} is a folder, expected a table file (CSV, TSV, Parquet, JSON)`, { path: full });
  const system = systemFolder(full);
  if (!found.isFile() || system !== undefined) {
    const what = found.isFile() ? `lies in ${system}, or leads there: it is no file of its own` : "is a pipe or a device";
    throw new LatheError("data.unreadable", `${full} ${what}, expected a table file (CSV, TSV, Parquet, JSON), which is read more than once; save it as one`, {
      path: full,
    });
  }
  if (found.size === 0) throw new LatheError("data.empty", `${full} is empty, expected a table with a header and rows`, { path: full });
  return { path: full, size: found.size, modified: found.mtimeMs };
}

/** What it means that a file that was there cannot be read; undefined where it is there still. */
export function goneMeanwhile(path: string): LatheError | undefined {
  return existsSync(path) ? undefined : new LatheError("data.missing", `${path} was deleted or moved while it was read; put it back, and try again`, { path });
}

async function missing(full: string): Promise<LatheError> {
  const parent = dirname(full);
  const names = await readdir(parent).catch(() => undefined);
  if (!names) return new LatheError("data.missing", `there is no file ${full}: there is no folder ${parent}`, { path: full });
  const near = closest(basename(full), names);
  return new LatheError("data.missing", `there is no file ${full}${near === undefined ? "" : `; did you mean ${near}?`}`, {
    path: full,
    ...(near === undefined ? {} : { near }),
  });
}
