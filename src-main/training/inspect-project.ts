import { inWorkFolder } from "../base/work-folder.js";
import type { InspectRequest } from "../contract/engine-messages.js";
import { readProjectFile } from "../contract/project-file.js";
import type { Project, ProjectInput } from "../contract/project.js";
import type { AuditResult } from "../contract/table-views.js";
import { type AuditWarning, type InspectOptions, type TableAudit, auditTable, inspectTable } from "../datasets/index.js";
import { planModel } from "./network/plan-model.js";
import { faultsBefore, refuseFaults } from "./network/project-faults.js";
import type { WorkSetting } from "./process/setting.js";

/** The import audit of a project's data. @throws LatheError `data.*` for what keeps training from starting */
export async function inspectProject(request: InspectRequest, setting: WorkSetting): Promise<TableAudit> {
  const { project, written, folder, file } = await readProjectFile(request.project);
  refuseFaults(faultsBefore(project), project, file);
  const audit = await looking(request, setting, inspectTable);
  const warnings = networkWarnings(written, audit, { model: project.model, folder, file });
  return { ...audit, warnings: [...audit.warnings, ...warnings] };
}

/** What of a network may keep it from learning these data. @throws LatheError `project.invalid` for what does */
function networkWarnings(
  written: ProjectInput,
  { path, rows, splits, columns }: TableAudit,
  { model, folder, file }: { readonly model: Project["model"]; readonly folder: string; readonly file: string },
): readonly AuditWarning[] {
  const facts = { path, rows, training: splits.train, columns: columns.map((column) => ({ ...column, exact: false })) };
  const faults = planModel(written, facts, folder).problems.flatMap(({ fault, layer, message }) =>
    fault && layer !== undefined ? [{ ...fault, layer, message }] : [],
  );
  refuseFaults(faults, { model }, file);
  return faults.map(({ code, message }) => ({ code: `network.${code}`, message, severity: "warning" }));
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
