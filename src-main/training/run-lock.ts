import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";

/** What a run's `lock` says of the process that works on it. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** When the process began, where the system tells: ids are given out again. */
  readonly started?: string;
}

export function readLock(path: string): LockHolder | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as LockHolder;
  } catch {
    return undefined; // Cut off by a crash in the moment of writing: nobody holds it.
  }
}

export function isAlive({ pid, host, started }: LockHolder): boolean {
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

/** This process, as a lock names it. */
export function thisProcess(): LockHolder {
  const started = startOf(process.pid);
  return { pid: process.pid, host: hostname(), ...(started === undefined ? {} : { started }) };
}

/** Whether a living process works on a run. A lock of another machine counts as living: it cannot be asked. */
export function isHeld(run: string): boolean {
  const holder = readLock(join(run, "lock"));
  return holder !== undefined && isAlive(holder);
}
