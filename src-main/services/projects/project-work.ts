import type { RunEvent } from "../../contract/events.js";
import { type LearningRateResult, learningRateResult } from "../../contract/results.js";
import { type AuditResult, auditResult } from "../../contract/table-views.js";
import { readProjectData, tableSourceOf } from "./project-data.js";
import type { Progress } from "../jobs/shared-work.js";
import type { Studio } from "../studio.js";

/**
 * What depends on roles and split, of the project as saved. @throws LatheError `project.*`, `data.*` for a table that cannot be read, `rpc.refused`,
 * `cancelled`
 */
export async function auditOf(studio: Studio, project: string, onProgress: Progress, signal: AbortSignal): Promise<AuditResult> {
  return studio.work({ kind: "audit", project: await usable(studio, project) }, stages(onProgress), (value) => auditResult.parse(value), signal);
}

/** The learning-rate range test on the project as saved; nothing is kept. @throws as `auditOf`, and what keeps training from starting */
export async function learningRateOf(studio: Studio, project: string, onProgress: Progress, signal: AbortSignal): Promise<LearningRateResult> {
  return studio.work(
    { kind: "find-learning-rate", project: await usable(studio, project) },
    stages(onProgress),
    (value) => learningRateResult.parse(value),
    signal,
  );
}

/** The engine process reads what it is told to: here is where it is seen whether this host may. */
async function usable({ access }: Studio, project: string): Promise<string> {
  const data = await readProjectData(access, project);
  await tableSourceOf(access, data);
  return data.file;
}

function stages(onProgress: Progress): (event: RunEvent) => void {
  return (event) => {
    if (event.event === "stage") onProgress(event.stage, event.done, event.total);
  };
}
