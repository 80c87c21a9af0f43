import { join } from "node:path";
import { describeHolder, holderOf, isElsewhere, type LockHolder } from "../base/lock.mjs";

/** Whether a living process works on a run. A lock of another machine counts as living: it cannot be asked. */
export function isHeld(run: string): boolean {
  return holderOf(lockOf(run)) !== undefined;
}

export function lockOf(run: string): string {
  return join(run, "lock");
}

/** Whom a run waits for that another machine or container has a lock on, since when, and what to do if that is gone; undefined where nobody there has. */
export function heldElsewhere(run: string, holder: LockHolder | undefined = holderOf(lockOf(run))): string | undefined {
  return holder && isElsewhere(holder) ? describeHolder(holder, lockOf(run)) : undefined;
}
