import { statSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { partName, sweepParts } from "./work-folder.js";

/** Files of which what killed processes left was taken away. Once for each will do: a folder may have thousands of entries, and some files are written often. */
const swept = new Set<string>();

/** The permissions of the file that a new one is about to replace, so that a private one stays so; none where there is no file. */
export function modeLike(path: string): { readonly mode?: number } {
  try {
    return { mode: statSync(path).mode & 0o777 };
  } catch {
    return {};
  }
}

/**
 * Writes a file whole or not at all: beside its place, through to the disk, then renamed. Several may write the same file at once; one of them wins.
 * @param mode permissions of the file, by default the system's own.
 */
export async function replaceFile(path: string, content: string | Uint8Array, mode?: number): Promise<void> {
  const full = resolve(path);
  if (!swept.has(full)) sweepParts(full);
  swept.add(full);
  const temporary = partName(full);
  try {
    await writeFile(temporary, content, { flag: "wx", flush: true, ...(mode === undefined ? {} : { mode }) });
    await rename(temporary, path);
  } catch (thrown) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw thrown;
  }
}
