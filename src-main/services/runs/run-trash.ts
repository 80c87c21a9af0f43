import { existsSync } from "node:fs";
import { readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { LatheError } from "../../base/errors.js";
import { makeFoldersSoon } from "../../base/make-folders.js";
import { storageError } from "../../base/storage-error.js";
import { TRASH } from "../../training/runs/run-folder.js";
import { heldBy } from "../../training/runs/run-lock.js";
import { inside } from "../../base/own-files.js";

/** Runs that were deleted and can be brought back: `runs/.trash` of their project. */
export function trashOf(project: string): string {
  return inside(project, "runs", TRASH);
}

/**
 * Moves runs to the trash, all or none.
 * @param underWay whether this process trains a run.
 * @throws LatheError `run.missing`, `run.state` for one that is under way, `run.storage`
 */
export async function trashRuns(project: string, runs: readonly string[], underWay: (run: string) => boolean): Promise<void> {
  for (const run of runs) {
    const folder = inside(project, "runs", run);
    if (!existsSync(folder)) throw new LatheError("run.missing", `there is no run ${run} in ${project}; it may have been deleted before`, { project, run });
    if (underWay(run)) throw new LatheError("run.state", `run ${run} is under way; stop it before you delete it`, { project, run });
    const holder = heldBy(folder);
    if (holder !== undefined)
      throw new LatheError("run.state", `run ${run} is being trained by ${holder}; stop it there before you delete it`, { project, run });
  }
  await makeFoldersSoon(trashOf(project)).catch((thrown: unknown) => {
    throw storageError(trashOf(project), thrown, "Nothing was deleted");
  });
  await moveAll(
    runs,
    (run) => join(project, "runs", run),
    (run) => join(trashOf(project), run),
    "Nothing was deleted",
  );
}

/** Brings runs back, all or none. @throws LatheError `run.missing`, `run.state` where another run has the number by now, `run.storage` */
export async function restoreRuns(project: string, runs: readonly string[]): Promise<void> {
  for (const run of runs) {
    if (!existsSync(join(trashOf(project), run)))
      throw new LatheError("run.missing", `there is no run ${run} in the trash of ${project}; the trash may have been emptied`, { project, run });
    if (existsSync(join(project, "runs", run)))
      throw new LatheError("run.state", `there is another run ${run} in ${project} by now; rename one of the two folders`, { project, run });
  }
  await moveAll(
    runs,
    (run) => join(trashOf(project), run),
    (run) => join(project, "runs", run),
    "Nothing was brought back",
  );
}

/** Deletes what is in the trash for good. @throws LatheError `run.storage` */
export async function emptyTrash(project: string): Promise<void> {
  const trash = trashOf(project);
  for (const name of await readdir(trash).catch((): string[] => [])) {
    // Only what Lathe put there: a run has a number, or, where somebody renamed it, its configuration.
    if (!/^\d+$/.test(name) && !existsSync(join(trash, name, "config.json"))) continue;
    await rm(join(trash, name), { recursive: true, force: true }).catch((thrown: unknown) => {
      throw storageError(join(trash, name), thrown, "What was deleted before it is gone, the rest is still in the trash");
    });
  }
}

async function moveAll(runs: readonly string[], from: (run: string) => string, to: (run: string) => string, kept: string): Promise<void> {
  const moved: string[] = [];
  try {
    for (const run of runs) {
      await rename(from(run), to(run));
      moved.push(run);
    }
  } catch (thrown) {
    for (const run of moved) await rename(to(run), from(run)).catch(() => undefined);
    throw storageError(from(runs[moved.length] ?? ""), thrown, kept);
  }
}
