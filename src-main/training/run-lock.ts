import { constants, copyFileSync, linkSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

/** What a run's `lock` says of the process that works on it. */
interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** When the process began, where the system tells: ids are given out again. */
  readonly started?: string;
}

function readLock(path: string): LockHolder | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as LockHolder;
  } catch {
    return undefined; // Cut off by a crash in the moment of writing: nobody holds it.
  }
}

function isAlive({ pid, host, started }: LockHolder): boolean {
  if (host !== hostname()) return true; // Another machine's process cannot be asked.
  if (process.platform === "linux") {
    const now = startOf(pid);
    return now !== undefined && (started === undefined || started === now);
  }
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return (thrown as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * When a living process began, in clock ticks since the machine did; undefined for one that has ended, also where its parent has not yet noticed (a zombie still
 * answers to signals). Linux only. https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
function startOf(pid: number): string | undefined {
  try {
    // The second field, the program's name, is in brackets and may hold anything.
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1").replace(/^.*\) /s, "").split(" ");
    return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/**
 * Claims a lock for this process. The lock appears with its content or not at all (a link to a file written before), and one whose process is gone is
 * taken over by renaming it away, which only one of several can do.
 * @returns the living holder where there is one, undefined where the lock is now ours.
 */
export function takeLock(path: string): LockHolder | undefined {
  const mine = `${path}.${process.pid}`;
  writeFileSync(mine, JSON.stringify(thisProcess()));
  try {
    for (;;) {
      try {
        publish(mine, path);
        return undefined;
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code !== "EEXIST") throw thrown;
      }
      const holder = readLock(path);
      if (holder && isAlive(holder)) return holder;
      const aside = `${mine}.stale`;
      try {
        renameSync(path, aside);
      } catch (thrown) {
        if ((thrown as NodeJS.ErrnoException).code === "ENOENT") continue; // Another was quicker.
        throw thrown;
      }
      const moved = readLock(aside);
      if (moved && isAlive(moved)) publish(aside, path); // It was taken between our look and our move: it goes back.
      rmSync(aside, { force: true });
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

/** Gives a written file a second name, failing with EEXIST where that is taken; where the disk knows no links (exFAT), by an exclusive copy. */
function publish(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (thrown) {
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes((thrown as NodeJS.ErrnoException).code ?? "")) throw thrown;
    copyFileSync(from, to, constants.COPYFILE_EXCL);
  }
}

/** This process, as a lock names it. */
function thisProcess(): LockHolder {
  const started = startOf(process.pid);
  return { pid: process.pid, host: hostname(), ...(started === undefined ? {} : { started }) };
}

/** Whether a living process works on a run. A lock of another machine counts as living: it cannot be asked. */
export function isHeld(run: string): boolean {
  const holder = readLock(join(run, "lock"));
  return holder !== undefined && isAlive(holder);
}
