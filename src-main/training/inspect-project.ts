import { inWorkFolder } from "../base/work-folder.js";
import type { InspectRequest } from "../contract/engine-messages.js";
import { readProjectFile } from "../contract/project-file.js";
import type { AuditResult } from "../contract/table-views.js";
import { type InspectOptions, type TableAudit, auditTable, inspectTable } from "../datasets/index.js";
import type { WorkSetting } from "./process/setting.js";

/** The import audit of a project's data. @throws LatheError `data.*` for what keeps training from starting */
export function inspectProject(request: InspectRequest, setting: WorkSetting): Promise<TableAudit> {
  return looking(request, setting, inspectTable);
}

/** The same as the studio shows it: what keeps training from starting is a problem among the others. */
export function auditProject(request: InspectRequest, setting: WorkSetting): Promise<AuditResult> {
  return looking(request, setting, auditTable);
}

async function looking<T>(request: InspectRequest, { emit, control }: WorkSetting, look: (options: InspectOptions) => Promise<T>): Promise<T> {
  const { project, folder } = await readProjectFile(request.project);
  return inWorkFolder((workFolder) =>
    look({
      folder,
      data: project.data,
      seed: project.seed,
      workFolder,
      signal: control.preparation,
      progress: (stage, done, total) => emit({ event: "stage", stage, done, ...(total === undefined ? {} : { total }) }),
    }),
  );
}
