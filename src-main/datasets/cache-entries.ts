import { readdir, rename, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { holderOf, isAlive, isElsewhere, releaseLock, takeLock, waitForLock } from "../base/lock.mjs";
import { inside } from "../base/own-files.js";
import { sweepLeftBehind, workName } from "../base/work-folder.js";

/**
 * Entries of a cache: folders that are called by what they were made of, which appear whole or not at all. The least recently used go first, but none that a
 * living process uses.
 */

/** How many stay on disk, beside a limit in bytes that a cache may have. */
const KEPT = 5;
/** What every entry has; its time of modification is that of the last use. */
export const DESCRIPTION = "prepared.json";

/** What an entry is marked with while a process uses it; the mark of one that is gone does not count. */
const MARK = /^used-by-\d+$/;

/** Marks an entry before it is looked at: whoever makes room meanwhile leaves it, or has taken it away by then. */
export async function useEntry(cacheFolder: string, folder: string): Promise<void> {
  await exclusively(cacheFolder, () => markUsed(folder));
}

/** Says that an entry was used now: those that were not used for longest go first. */
export async function touchEntry(folder: string): Promise<void> {
  const now = new Date();
  await utimes(join(folder, DESCRIPTION), now, now).catch(() => undefined);
}

function markUsed(folder: string): void {
  try {
    takeLock(join(folder, `used-by-${process.pid}`));
  } catch {
    // It is not there, or a cache that may only be read: then nobody makes room in it either.
  }
}

/** Milliseconds to wait for one who marks or makes room, which takes a few. */
const PATIENCE = 10_000;

/**
 * One process at a time marks entries or makes room: between a look at the marks and the removal nobody sets one. A cache that may only be read has no lock.
 */
async function exclusively<T>(cacheFolder: string, job: () => T | Promise<T>): Promise<T> {
  const lock = join(cacheFolder, "entries.lock");
  // A lock of another machine came with a copied project, or its owner was cut off there: nobody would give it free.
  // Without it an entry may go in the very moment in which it is marked, and is then made once more.
  const holder = holderOf(lock);
  if (holder && isElsewhere(holder)) return job();
  const locked = await waitForLock(lock, { signal: AbortSignal.timeout(PATIENCE) }).then(
    () => true,
    () => false,
  );
  try {
    return await job();
  } finally {
    if (locked) releaseLock(lock);
  }
}

/** Whether a living process uses an entry. */
async function isUsed(folder: string): Promise<boolean> {
  const names = await readdir(folder).catch((): string[] => []);
  return names.some((name) => MARK.test(name) && holderOf(join(folder, name)) !== undefined);
}

/**
 * Moves a finished folder into the cache, and lets the oldest entries go.
 * @param look what stands there already: another process may have been quicker with the same, and read it by now, so that a whole entry stays
 * @param most bytes of all entries together
 * @returns the entry's folder
 */
export async function publishEntry(
  cacheFolder: string,
  name: string,
  fresh: string,
  look: () => Promise<"same" | "other" | "none">,
  most = Number.POSITIVE_INFINITY,
): Promise<string> {
  const folder = inside(cacheFolder, name);
  markUsed(fresh);
  if ((await look()) === "same") await rm(fresh, { recursive: true, force: true });
  else {
    await putAway(cacheFolder, folder);
    try {
      await rename(fresh, folder);
    } catch (error) {
      await rm(fresh, { recursive: true, force: true });
      if ((await look()) === "none") throw error;
    }
  }
  await compact(cacheFolder, name, most);
  return folder;
}

/** Takes an entry out of the cache at once, if it may go, then its files: whoever has them open reads on. @returns whether it went */
async function putAway(cacheFolder: string, folder: string, mayGo: () => boolean | Promise<boolean> = () => true): Promise<boolean> {
  const aside = join(cacheFolder, workName("new"));
  const gone = await exclusively(cacheFolder, async () => {
    if (!(await mayGo())) return false;
    try {
      await rename(folder, aside);
      return true;
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return false;
      throw thrown;
    }
  });
  if (gone) await rm(aside, { recursive: true, force: true });
  return gone;
}

/**
 * Removes all but the entries in use and those used last, and what crashed processes left behind.
 * @param keep a fingerprint that stays in any case. @param most bytes of all entries together
 */
async function compact(cacheFolder: string, keep: string, most: number): Promise<void> {
  const entries: { readonly path: string; readonly used: number }[] = [];
  sweepLeftBehind(cacheFolder, "new");
  for (const name of await readdir(cacheFolder)) {
    const path = join(cacheFolder, name);
    if (/^[0-9a-f]{64}$/.test(name) && name !== keep) {
      const used = await stat(join(path, DESCRIPTION)).then(
        (s) => s.mtimeMs,
        () => 0,
      );
      entries.push({ path, used });
      // As an earlier version called them.
    } else if (/^(work|new)-\d+-[^-]+(-\d+)?$/.test(name) && !(await isOfLiving(path, Number(name.split("-")[1])))) {
      await rm(path, { recursive: true, force: true });
    }
  }
  entries.sort((a, b) => b.used - a.used);
  const sized = await Promise.all(entries.map(async ({ path }, k) => ({ path, spare: k >= KEPT - 1, bytes: await bytesIn(path) })));
  let total = sized.reduce((sum, { bytes }) => sum + bytes, await bytesIn(join(cacheFolder, keep)));
  for (const { path, spare, bytes } of sized.reverse()) {
    if (!spare && total <= most) return;
    if (await putAway(cacheFolder, path, async () => !(await isUsed(path))).catch(() => false)) total -= bytes;
  }
}

/** What the files of an entry take. */
async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder).catch((): string[] => []);
  const sizes = names.map((name) =>
    stat(join(folder, name)).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

async function isOfLiving(path: string, pid: number): Promise<boolean> {
  const written = await stat(path).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
  return isAlive({ holder: { pid, host: hostname() }, written });
}
