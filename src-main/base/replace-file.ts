import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { partName, sweepParts } from "./work-folder.js";

/**
 * Files of which what killed processes left was taken away. Once for each will do: a folder may have thousands of entries, and some files are written often.
 */
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
  const temporary = freshPart(path);
  try {
    await writeFile(temporary, content, { flag: "wx", flush: true, ...(mode === undefined ? {} : { mode }) });
    await rename(temporary, path);
  } catch (thrown) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw thrown;
  }
}

export interface ReplaceOptions {
  /** Permissions of the file, by default the system's own. */
  readonly mode?: number;
  /** Called once the new file is whole on disk, before it takes its place: for what has to make way. */
  readonly written?: () => void;
}

/**
 * The same for what cannot wait, such as a checkpoint, and the rename goes through to the disk too.
 * @param content text, or the file's parts one after the other, so that a large one needs no second copy in memory.
 */
export function replaceFileSync(path: string, content: string | Iterable<Uint8Array>, { mode, written }: ReplaceOptions = {}): void {
  const temporary = freshPart(path);
  try {
    const file = openSync(temporary, "wx", mode);
    try {
      for (const part of typeof content === "string" ? [Buffer.from(content)] : content) writeAll(file, part);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    written?.();
    renameSync(temporary, path);
  } catch (thrown) {
    try {
      rmSync(temporary, { force: true }); // A half-written file would keep a full disk full.
    } catch {
      // Where it could not be made, it cannot be taken away either; what counts is why.
    }
    throw thrown;
  }
  syncFolder(dirname(path));
}

function freshPart(path: string): string {
  const full = resolve(path);
  if (!swept.has(full)) sweepParts(full);
  swept.add(full);
  return partName(full);
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) written += writeSync(file, bytes, written);
}

/** Makes a rename durable. Windows cannot open folders and needs no such call, and some network drives know none. */
function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== "EINVAL") throw thrown;
  } finally {
    closeSync(handle);
  }
}
