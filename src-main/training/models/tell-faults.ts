import { resolve } from "node:path";
import { faultsBefore } from "../network/project-faults.js";
import { projectOfModel } from "../runs/run-config.js";

/** What kept a run's network from learning as it should, in sentences: runs began with such networks before they were refused. */
export function faultsOfModel(path: string): readonly string[] {
  const project = projectOfModel(resolve(path));
  if (!project) return [];
  return faultsBefore(project)
    .filter(({ severity }) => severity === "error")
    .map(({ message }) => `doubt what this model says, for its network could not learn as it should: ${message}. Mend the project, and train anew`);
}
