/** The process that has a lock. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
  /** Where its number means the same beside the host, where the system tells: containers may share a host's name. */
  readonly processes?: string;
  /** When the process began, where the system tells: ids are given out again. */
  readonly started?: string;
  /** When it took the lock, as ISO 8601. */
  readonly since?: string;
}

/** Claims a lock for this process. @returns the living holder where there is one, this process too; undefined where the lock is now ours. */
export function takeLock(path: string): LockHolder | undefined;
/** The living process that has a lock; undefined where there is none. One of another machine or container counts as living: it cannot be asked. */
export function holderOf(path: string): LockHolder | undefined;
/** Notes for `holderOf` that a program is at work that this process has just started, and that outlives it where it is killed. */
export function noteProgram(path: string, pid: number): void;
/** Gives a lock of this process free; another's stays. */
export function releaseLock(path: string): void;
/** Claims a lock and waits while another process has it; `say` hears for whom, on which file and since when. @throws the signal's reason */
export function waitForLock(
  path: string,
  options?: { readonly signal?: AbortSignal | undefined; readonly say?: ((holder: string) => void) | undefined },
): Promise<void>;
/** This process, as a lock names it. */
export function thisProcess(): LockHolder;
/** Whether a process is one of another machine or container, which cannot be asked. */
export function isElsewhere(holder: LockHolder): boolean;
/** Where this process's number means the same, beside the host; undefined where the system does not tell. */
export const processes: string | undefined;
/**
 * Whether the process is there that something names. @param found.written when that was written, milliseconds since 1970: a process that began later is another
 * one.
 */
export function isAlive(found: { readonly holder: LockHolder; readonly written: number }): boolean;
/** `process 123 since 2026-11-29 12:30:05 UTC (/path/lock)` */
export function describeHolder(holder: LockHolder, path: string): string;
