import type { RunEvent } from "../../contract/events.js";
import type { TableAudit } from "../../datasets/index.js";
import { type WorkControl, inEngine } from "../jobs/jobs.js";

/** Looks at a project's data before training. @throws LatheError `project.*`, `data.*`, `cancelled` */
export function inspectProject(project: string, onEvent: (event: RunEvent) => void, setting: WorkControl = {}): Promise<TableAudit> {
  // The engine process computes it with the very type; there is nothing to doubt between the two.
  return inEngine({ kind: "inspect", project }, onEvent, (value) => value as TableAudit, setting);
}

export type { TableAudit };
