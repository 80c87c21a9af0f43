import { join } from "node:path";
import { holderOf } from "../base/lock.mjs";

/** Whether a living process works on a run. A lock of another machine counts as living: it cannot be asked. */
export function isHeld(run: string): boolean {
  return holderOf(join(run, "lock")) !== undefined;
}
