import { join } from "node:path";
import { describeHolder, holderOf } from "../../base/lock.mjs";

/** Whether a living process works on a run. A lock of another machine counts as living: it cannot be asked. */
export function isHeld(run: string): boolean {
  return holderOf(lockOf(run)) !== undefined;
}

export function lockOf(run: string): string {
  return join(run, "lock");
}

/** Which living process works on a run, since when and by which lock, and of one elsewhere what to do if it is gone; undefined where none does. */
export function heldBy(run: string): string | undefined {
  const holder = holderOf(lockOf(run));
  return holder && describeHolder(holder, lockOf(run));
}
