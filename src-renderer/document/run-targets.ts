import type { RunSettings } from "../../src-main/contract/run-views.js";
import { objectOf } from "./draft.js";

/** Targets of the runs that have several, in the order of the newest; empty where no run has. */
export function targetsOfRuns(settings: readonly (RunSettings | undefined)[]): readonly string[] {
  const names = settings.map((one) => {
    const targets = objectOf(one?.project["data"])["targets"];
    return Array.isArray(targets) ? targets.flatMap((target) => objectOf(target)["name"] ?? []).map(String) : [];
  });
  return names.some(({ length }) => length > 1) ? [...new Set(names.flat())] : [];
}
